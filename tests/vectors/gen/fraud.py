"""fraud.json: proofs that a log signed two histories, and files that prove nothing (spec 8.2)."""
from logs import *

KEY, THIEF = Key("ex.org/log", b"\x0a" * 32), Key("ex.org/log", b"\x1e" * 32)
ELSEWHERE = Key("else.org/log", b"\x0a" * 32)  # the same 32 bytes under another name
EMPTY = sha256(b"")
TRUE, FALSE = ([leaf_hash(f"{history}{i}".encode() if i > 1 else b"%d" % i) for i in range(20)] for history in "ab")
cases = []


def signed(leaves, lines=None, origin=None, extension=""):
    return checkpoint(origin or KEY.name, leaves, lines or [KEY.line], extension)


def members(small, large, **changes):
    """`small` leaves of the one history were signed, and `large` of the other."""
    small, large = TRUE[:small], FALSE[:large]
    proof = consistency(len(small), large) if len(small) <= len(large) else []
    value = {"consistency": [b64(h) for h in proof], "format": "kleroterion/v1/fraud", "larger": signed(large), "log": KEY.vkey,
             "root": head(large[:len(small)]).hex(), "smaller": signed(small)}
    return {**value, **changes}


def case(name, why, value, exit=0, trust=None):
    """What is expected is the report, without its reason."""
    text = value if isinstance(value, str) else jcs(value) + "\n"
    report = {"exit": exit, "larger": None, "log": None, "root": None, "smaller": None, "verdict": ["fraud", "refuted", "unreadable", "incomplete"][exit]}
    if exit in (0, 3):
        read = lambda note: (lines := note.split("\n")) and {"root": base64.b64decode(lines[2]).hex(), "size": int(lines[1])}
        report |= {"larger": read(value["larger"]), "log": value["log"], "root": value["root"], "smaller": read(value["smaller"])}
    cases.append({"name": name, "why": why, "proof": text, "report": report, **({"trust": trust} if trust else {})})


def trusts(key):
    return json.dumps({"format": "kleroterion/v1/trust", "log": key.vkey, "service": Key("ex.org/service", b"\x0b" * 32).vkey})


# --- it proves fraud
for small, large in ((3, 5), (4, 7), (8, 8), (5, 5), (3, 4), (7, 20), (16, 17), (19, 20)):
    case(f"forked-{small}-{large}", "the larger tree begins otherwise", members(small, large))
case("nothing-signed-as-something", "no entries, with another root than that of none",
     members(0, 5, smaller=f"{KEY.name}\n0\n{b64(TRUE[0])}\n\n" + KEY.line(f"{KEY.name}\n0\n{b64(TRUE[0])}\n")))
witness = Witness("w1", b"\x51" * 32)
case("cosigned", "lines of other keys mean nothing, even ones that do not verify",
     members(3, 5, larger=signed(FALSE[:5], [KEY.line, witness.at(1), THIEF.line, lambda text: Key("x", b"\5" * 32).line(text + "x")])))
case("trusted", "trust names the key", members(3, 5), trust=trusts(KEY))
case("other-trusted", "trust names another key of that name", members(3, 5), 3, trust=trusts(THIEF))
case("same-key-of-another-name-trusted", "trust names the same 32 bytes under another name", members(3, 5), 3, trust=trusts(ELSEWHERE))

# --- it proves nothing
honest = lambda small, large, **more: members(small, large, consistency=[b64(h) for h in consistency(small, TRUE[:large])], larger=signed(TRUE[:large]),
                                              root=head(TRUE[:small]).hex(), **more)
case("honest", "the larger tree begins with what the smaller checkpoint says", honest(3, 5), 1)
case("honest-equal", "the same state twice", honest(5, 5), 1)
case("honest-none", "every tree begins with no entries", honest(0, 5), 1)
case("honest-accused", "an honest log: the root that the file names is not shown", honest(3, 5) | {"root": head(FALSE[:3]).hex()}, 1)
case("honest-accused-equal", "… at equal sizes", honest(5, 5) | {"root": head(FALSE[:5]).hex()}, 1)
case("honest-accused-none", "… and of no entries", honest(0, 5) | {"root": TRUE[0].hex()}, 1)
case("swapped", "smaller is the larger", members(5, 3), 1)
case("root-of-smaller", "the root that smaller signed is not what the larger tree begins with", members(3, 5, root=head(TRUE[:3]).hex()), 1)
case("equal-root-of-smaller", "… at equal sizes", members(5, 5, root=head(TRUE[:5]).hex()), 1)
case("no-consistency", "nothing shows how the larger tree begins", members(3, 5, consistency=[]), 1)
proof = members(3, 5)["consistency"]
case("consistency-short", "a hash too few", members(3, 5, consistency=proof[:-1]), 1)
case("consistency-long", "a hash too many", members(3, 5, consistency=proof + proof[-1:]), 1)
case("consistency-equal", "equal sizes with a proof", members(5, 5, consistency=proof), 1)
case("consistency-none", "no entries with a proof",
     members(0, 5, consistency=proof, smaller=f"{KEY.name}\n0\n{b64(TRUE[0])}\n\n" + KEY.line(f"{KEY.name}\n0\n{b64(TRUE[0])}\n")), 1)
case("consistency-power-of-two", "§1.1: where the smaller size is a power of two its root is not in the proof",
     members(4, 7) | {"consistency": [b64(head(FALSE[:4]))] + members(4, 7)["consistency"]}, 1)
case("consistency-128", "as many hashes as are read", members(3, 5, consistency=(proof * 40)[:128]), 1)
for which, leaves in (("smaller", TRUE[:3]), ("larger", FALSE[:5])):
    case(f"{which}-by-another-key", "signed by another key of that name", members(3, 5, **{which: signed(leaves, [THIEF.line])}), 1)
    case(f"{which}-of-another-text", "the signature is of another text", members(3, 5, **{which: signed(leaves, [lambda text: KEY.line(text + "x")])}), 1)
    case(f"{which}-and-a-false-line", "§1.1: each line of the key must verify", members(3, 5, **{which: signed(leaves, [KEY.line, lambda text: KEY.line(text + "x")])}), 1)
    case(f"{which}-of-another-origin", "the key's name is not the origin", members(3, 5, **{which: signed(leaves, origin="else.org/log")}), 1)
    case(f"{which}-with-a-fourth-line", "§8: no extension lines", members(3, 5, **{which: signed(leaves, extension="x\n")}), 1)
    for why, text in (("two-lines", f"{KEY.name}\n5\n"), ("size-with-a-zero", f"{KEY.name}\n05\n{b64(head(leaves))}\n"), ("root-of-31-bytes", f"{KEY.name}\n5\n{b64(head(leaves)[:31])}\n")):
        case(f"{which}-{why}", "a note that is no checkpoint", members(3, 5, **{which: text + "\n" + KEY.line(text)}), 1)
case("key-of-another-name", "the key that signed, named otherwise than the origin", members(3, 5, log=ELSEWHERE.vkey), 1)

# --- it cannot be read
good = members(3, 5)
text = jcs(good) + "\n"
for name, why, value in (
    ("no-newline", "§8.2: one newline", text[:-1]),
    ("two-newlines", "… and not two", text + "\n"),
    ("a-space", "not canonical", text.replace('"format":', '"format": ')),
    ("unknown-member", "a member that this protocol does not name", {**good, "why": "x"}),
    ("no-root", "a member is missing", {k: v for k, v in good.items() if k != "root"}),
    ("other-format", "another format", {**good, "format": "kleroterion/v2/fraud"}),
    ("root-in-capitals", "§1: hexadecimal is lower case", {**good, "root": good["root"].upper()}),
    ("root-of-31-bytes", "not a hash", {**good, "root": good["root"][2:]}),
    ("hash-of-31-bytes", "a hash of the proof that is none", {**good, "consistency": [b64(bytes(31))]}),
    ("hash-without-padding", "§1: base64 with padding", {**good, "consistency": [proof[0].rstrip("=")]}),
    ("129-hashes", "more hashes than are read", {**good, "consistency": (proof * 50)[:129]}),
    ("log-is-no-key", "§1: a key of small order", {**good, "log": typed_vkey(KEY.name, bytes(32))}),
    ("log-is-a-witness", "§8.2: `log` is a key of type 0x01", {**good, "log": Witness(KEY.name, b"\x0a" * 32).vkey}),
    ("smaller-is-no-note", "not a signed note", {**good, "smaller": good["smaller"].split("\n\n")[0] + "\n"}),
    ("larger-is-no-note", "not a signed note", {**good, "larger": ""}),
):
    case(name, why, value, 2)

if __name__ == "__main__":
    write("fraud", {
        "about": "Spec 8.2. cases: a proof of fraud, the trust file if one is given, and the report that `klero verify --json` gives, without its reason.",
        "cases": cases,
    })
