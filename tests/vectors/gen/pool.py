#!/usr/bin/env python3
"""Writes tests/vectors/pool.json and receipt.json from docs/spec.md section 2, with Python's standard library alone.

Shares no code with the program. Run it in the repository's root: python3 tests/vectors/gen/pool.py
`cargo test` needs the two files, not Python.
"""
import base64
import copy
import hashlib
import hmac as hmac_module
import json
import pathlib
import struct

HERE = pathlib.Path(__file__).resolve().parent.parent


# ---- section 1 ----
def sha256(data):
    return hashlib.sha256(data).digest()


def tagged(label, *parts):
    text = b"kleroterion/v1/" + label.encode() + b"\0"
    return sha256(text + b"".join(struct.pack(">Q", len(p)) + p for p in parts))


SHORT = {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r"}


def jcs(value):
    if value is True or value is False:
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        return '"' + "".join(SHORT.get(c, c if c >= " " else "\\u%04x" % ord(c)) for c in value) + '"'
    if isinstance(value, list):
        return "[" + ",".join(map(jcs, value)) + "]"
    names = sorted(value, key=lambda name: name.encode("utf-16-be"))
    return "{" + ",".join(jcs(name) + ":" + jcs(value[name]) for name in names) + "}"


def hmac(key, data):
    return hmac_module.new(key, data, hashlib.sha256).digest()


# ---- RFC 6962 ----
def root_of(leaves):
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return sha256(b"\1" + root_of(leaves[:k]) + root_of(leaves[k:]))


def path(m, leaves):
    if len(leaves) == 1:
        return []
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    if m < k:
        return path(m, leaves[:k]) + [root_of(leaves[k:])]
    return path(m - k, leaves[k:]) + [root_of(leaves[:k])]


# ---- section 2.2 ----
def person(key, columns, row):
    salt = hmac(key, b"salt" + row["id"].encode())
    private_json = jcs({"id": row["id"], "row": dict(zip(columns["private"], row["private"]))})
    out = {"salt": salt, "private_json": private_json, "private_part": tagged("person", salt, private_json.encode())}
    public = {"row": dict(zip(columns["public"], row["public"]))}
    if any(row["household"]):
        address = jcs(row["household"]).encode()
        out["address_key"] = hmac(key, b"household" + address)
        public["household"] = tagged("household", out["address_key"], address)[:16].hex()
    out["public_part"] = jcs(public)
    out["leaf"] = sha256(b"\0" + out["private_part"] + out["public_part"].encode())
    return out


def pool(name, columns, rows):
    key = sha256(b"pool key of " + name.encode())
    people = [person(key, columns, row) for row in rows]
    leaves = sorted(p["leaf"] for p in people)
    assert len(set(leaves)) == len(leaves)
    by_leaf = {p["leaf"]: p for p in people}
    table = "kleroterion/v1/table\n" + "".join(
        by_leaf[leaf]["private_part"].hex() + " " + by_leaf[leaf]["public_part"] + "\n" for leaf in leaves
    )
    return {"name": name, "key": key, "columns": columns, "rows": rows, "people": people, "leaves": leaves,
            "root": root_of(leaves), "table": table}


def shown(p):
    people = []
    for row, made in zip(p["rows"], p["people"]):
        entry = dict(row)
        entry["index"] = p["leaves"].index(made["leaf"])
        entry.update({k: v.hex() if isinstance(v, bytes) else v for k, v in made.items()})
        people.append(entry)
    return {"name": p["name"], "pool_key": p["key"].hex(), "columns": p["columns"], "people": people,
            "size": len(people), "root": p["root"].hex(), "table": p["table"]}


def columns(id="id", private=(), household=(), public=()):
    return {"household": list(household), "id": id, "private": sorted(private), "public": sorted(public)}


def row(id, private=(), household=(), public=()):
    return {"id": id, "private": list(private), "household": list(household), "public": list(public)}


ALONE = pool("one person, id only", columns("number"), [row("1")])
TOWN = pool("a town, one public column", columns("id", ["name", "birth_year"], [], ["municipality"]), [
    row("BE-%03d" % i, [str(1940 + 7 * i), name], [], [place])
    for i, (name, place) in enumerate([
        ("Anna Schmitz", "Eupen"), ("Paul Jost", "Raeren"), ("Céline Thomé", "Eupen"), ("Luc Müller", "Büllingen"),
        ("Yasmina El Amrani", "Kelmis"), ("Karl-Heinz Palm", ""), ("Irène Servais", "Eupen"),
    ])
])
# U+1F600 sorts after U+E000 by code point, and before it by UTF-16 code units.
HARD = pool("households, escapes, names that sort differently by UTF-16", columns(
    "id\"\\", ["\U0001f600", "\ue000", "a\nb"], ["street", "house"], ["\U0001f600p", "\ue000p", "é"]
), [
    row("plain", ["1", "2", "3"], ["Hauptstraße", "1"], ["x", "y", "z"]),
    row("same house", ["1", "2", "3"], ["Hauptstraße", "1"], ["x", "y", "z"]),
    row("no house", ["", "", ""], ["", ""], ["", "", ""]),
    row("half a house", ["\"", "\\", "/"], ["", "1"], ["\"", "\\", "/"]),
    row("controls", ["\b\t\n\f\r", "\x01\x0b\x0e\x1f", "\x7f\u2028\u2029"], ["a\nb", "\\"],
        ["\b\t\n\f\r", "\x01\x0b\x0e\x1f", "\x7f\u2028\u2029\ufeff\U0010ffff"]),
    row("  \"\\\n", ["é", "e\u0301", "\ud7ff"], ["é", ""], ["é", "e\u0301", "\ue000"]),
])


# ---- refused tables (section 2.3) ----
def refused_tables():
    cases = []

    def case(p, name, error, table):
        cases.append({"pool": p["name"], "name": name, "error": error, "table": table})

    lines = TOWN["table"].splitlines(keepends=True)

    def with_line(n, line):
        return "".join(lines[:n] + [line] + lines[n + 1:])

    def with_public(n, public):
        return with_line(n, lines[n][:65] + public + "\n")

    case(TOWN, "another version", "Header", TOWN["table"].replace("/v1/", "/v2/", 1))
    case(TOWN, "nothing at all", "Header", "")
    case(TOWN, "a byte order mark", "Header", "\ufeff" + TOWN["table"])
    case(TOWN, "the header alone", "LineCount", lines[0])
    case(TOWN, "the last person missing", "LineCount", "".join(lines[:-1]))
    case(TOWN, "one person more", "LineCount", TOWN["table"] + "f" * 64 + ' {"row":{"municipality":"Eupen"}}\n')
    case(TOWN, "an empty line at the end", "LineCount", TOWN["table"] + "\n")
    case(TOWN, "last newline missing", "NoNewline", TOWN["table"][:-1])
    case(TOWN, "upper-case digits", "PrivatePart", with_line(1, lines[1][:64].upper() + lines[1][64:]))
    case(TOWN, "63 digits", "PrivatePart", with_line(2, lines[2][1:]))
    case(TOWN, "a tab for the space", "PrivatePart", with_line(2, lines[2].replace(" ", "\t", 1)))
    case(TOWN, "an empty line", "PrivatePart", with_line(2, "\n"))
    case(TOWN, "two spaces", "NotCanonical", with_line(2, lines[2].replace(" ", "  ", 1)))
    case(TOWN, "CRLF", "NotCanonical", with_line(3, lines[3][:-1] + "\r\n"))
    case(TOWN, "no public part", "NotCanonical", with_public(3, ""))
    case(TOWN, "an escape that is not needed", "NotCanonical", with_public(1, '{"row":{"municipality":"\\u0045upen"}}'))
    case(TOWN, "an escaped slash", "NotCanonical", with_public(1, '{"row":{"municipality":"\\/"}}'))
    case(TOWN, "a long form of a short escape", "NotCanonical", with_public(1, '{"row":{"municipality":"\\u000a"}}'))
    case(TOWN, "upper-case digits in an escape", "NotCanonical", with_public(1, '{"row":{"municipality":"\\u001F"}}'))
    case(TOWN, "a raw control character", "NotCanonical", with_public(1, '{"row":{"municipality":"\x01"}}'))
    case(TOWN, "a lone surrogate", "NotCanonical", with_public(1, '{"row":{"municipality":"\\ud800"}}'))
    case(TOWN, "a repeated member", "NotCanonical",
         with_public(1, '{"row":{"municipality":"Eupen","municipality":"Eupen"}}'))
    case(TOWN, "a number for a text", "NotCanonical", with_public(1, '{"row":{"municipality":1}}'))
    case(TOWN, "an unknown member", "NotCanonical", with_public(1, '{"row":{"municipality":"Eupen"},"x":"y"}'))
    case(TOWN, "bytes after the object", "NotCanonical", with_public(1, '{"row":{"municipality":"Eupen"}}}'))
    case(TOWN, "a column missing", "OtherColumns", with_public(1, '{"row":{}}'))
    case(TOWN, "a column more", "OtherColumns", with_public(1, '{"row":{"a":"","municipality":"Eupen"}}'))
    case(TOWN, "another column", "OtherColumns", with_public(1, '{"row":{"Municipality":"Eupen"}}'))
    case(TOWN, "a household where there are none", "UnexpectedHousehold",
         with_public(1, '{"household":"%s","row":{"municipality":"Eupen"}}' % ("0" * 32)))
    case(TOWN, "U+0000", "Nul", with_public(1, '{"row":{"municipality":"\\u0000"}}'))
    case(TOWN, "a cell of 4,097 bytes", "CellTooLong", with_public(1, jcs({"row": {"municipality": "a" * 4097}})))
    case(TOWN, "a cell of 4,097 bytes, escaped", "CellTooLong",
         with_public(1, jcs({"row": {"municipality": "\n" * 4097}})))
    case(TOWN, "a public part of 16,385 bytes", "PublicPartTooLong",
         with_public(1, jcs({"row": {"municipality": "a" * (16385 - len('{"row":{"municipality":""}}'))}})))
    case(TOWN, "two people exchanged", "LeafOrder", "".join(lines[:2] + [lines[3], lines[2]] + lines[4:]))
    case(TOWN, "one person twice", "LeafOrder", "".join(lines[:3] + [lines[2]] + lines[4:]))
    case(ALONE, "another private part", "RootMismatch", "kleroterion/v1/table\n" + "0" * 64 + ' {"row":{}}\n')
    hard = HARD["table"].splitlines(keepends=True)
    tag = next(i for i, line in enumerate(hard) if '"household":"' in line)
    digits = hard[tag].split('"household":"')[1][:32]
    for name, error, new in [("a tag in upper case", "NotCanonical", digits.upper()),
                             ("a tag of 31 digits", "NotCanonical", digits[1:])]:
        assert new != digits
        case(HARD, name, error, "".join(hard[:tag] + [hard[tag].replace(digits, new)] + hard[tag + 1:]))
    at = next(i for i, line in enumerate(hard) if "\U0001f600p" in line)
    by_code_point = hard[at].rstrip("\n")
    head, members = by_code_point.split('"row":{')
    # Members in code-point order, as a reader would write them that sorts by UTF-8 bytes.
    cells = json.loads("{" + members[:-1])
    assert list(cells) == ["é", "\U0001f600p", "\ue000p"]
    other = "{" + ",".join(jcs(n) + ":" + jcs(cells[n]) for n in sorted(cells)) + "}"
    case(HARD, "members sorted by code point", "NotCanonical",
         "".join(hard[:at] + [head + '"row":' + other + "}\n"] + hard[at + 1:]))
    return cases


# ---- section 2.4 ----
DRAW, LOG = "eupen-2026-letters", "example.org/kleroterion"
CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def receipt(p, nth):
    row_, made, cols = p["rows"][nth], p["people"][nth], p["columns"]
    index = p["leaves"].index(made["leaf"])
    out = {
        "columns": cols, "draw": DRAW, "format": "kleroterion/v1/receipt", "id": row_["id"], "index": index, "log": LOG,
        "private": dict(zip(cols["private"], row_["private"])),
        "proof": [base64.b64encode(h).decode() for h in path(index, p["leaves"])],
        "public": dict(zip(cols["public"], row_["public"])),
        "root": p["root"].hex(), "salt": made["salt"].hex(), "size": len(p["leaves"]),
    }
    if "address_key" in made:
        out["household"] = {"address": row_["household"], "key": made["address_key"].hex()}
    return out


def secret_of(key, draw, id):
    draw = draw.encode()
    return hmac(key, b"code" + struct.pack(">Q", len(draw)) + draw + id.encode())[:15]


def code_of(secret):
    check = int.from_bytes(tagged("code_check", secret)[:2], "big") >> 6
    bits = int.from_bytes(secret, "big") << 10 | check
    digits = "".join(CROCKFORD[bits >> (5 * (25 - i)) & 31] for i in range(26))
    return "-".join([digits[0:5], digits[5:10], digits[10:15], digits[15:20], digits[20:26]])


def chacha20_block(key, counter, nonce):
    def rotl(x, n):
        return (x << n | x >> (32 - n)) & 0xffffffff

    start = list(struct.unpack("<16I", b"expand 32-byte k" + key + struct.pack("<I", counter) + nonce))
    s = start[:]

    def quarter(a, b, c, d):
        s[a] = (s[a] + s[b]) & 0xffffffff; s[d] = rotl(s[d] ^ s[a], 16)
        s[c] = (s[c] + s[d]) & 0xffffffff; s[b] = rotl(s[b] ^ s[c], 12)
        s[a] = (s[a] + s[b]) & 0xffffffff; s[d] = rotl(s[d] ^ s[a], 8)
        s[c] = (s[c] + s[d]) & 0xffffffff; s[b] = rotl(s[b] ^ s[c], 7)

    for _ in range(10):
        for i in range(4):
            quarter(i, 4 + i, 8 + i, 12 + i)
        for i in range(4):
            quarter(i, 4 + (i + 1) % 4, 8 + (i + 2) % 4, 12 + (i + 3) % 4)
    return struct.pack("<16I", *((a + b) & 0xffffffff for a, b in zip(s, start)))


def poly1305(key, data):
    r = int.from_bytes(key[:16], "little") & 0x0ffffffc0ffffffc0ffffffc0fffffff
    s, total = int.from_bytes(key[16:], "little"), 0
    for i in range(0, len(data), 16):
        total = (total + int.from_bytes(data[i:i + 16] + b"\1", "little")) * r % ((1 << 130) - 5)
    return ((total + s) & ((1 << 128) - 1)).to_bytes(16, "little")


def aead(key, nonce, aad, plain):
    """RFC 8439 section 2.8."""
    def pad(data):
        return data + b"\0" * (-len(data) % 16)

    stream = b"".join(chacha20_block(key, 1 + i, nonce) for i in range((len(plain) + 63) // 64))
    text = bytes(a ^ b for a, b in zip(plain, stream))
    mac_data = pad(aad) + pad(text) + struct.pack("<QQ", len(aad), len(text))
    return text + poly1305(chacha20_block(key, 0, nonce)[:32], mac_data)


# RFC 8439 section 2.8.2.
assert aead(
    bytes(range(0x80, 0xa0)), bytes.fromhex("070000004041424344454647"), bytes.fromhex("50515253c0c1c2c3c4c5c6c7"),
    b"Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, sunscreen would be it.",
)[-16:].hex() == "1ae10b594f09e26a7e902ecbd0600691"


def seal(secret, plain):
    locator = tagged("code_locator", secret)[:16].hex()
    return aead(tagged("code_key", secret), bytes(12), locator.encode(), plain)


def padded(text):
    plain = struct.pack(">I", len(text)) + text
    return plain + b"\0" * (-len(plain) % 512)


def receipts():
    cases = []
    for p, nth in [(ALONE, 0), (TOWN, 2), (TOWN, 6), (HARD, 0), (HARD, 2), (HARD, 3), (HARD, 4), (HARD, 5)]:
        text = jcs(receipt(p, nth))
        secret = secret_of(p["key"], DRAW, p["rows"][nth]["id"])
        cases.append({
            "pool": p["name"], "person": nth, "receipt": text, "index": receipt(p, nth)["index"],
            "private_part": p["people"][nth]["private_part"].hex(), "public_part": p["people"][nth]["public_part"],
            "fragment": "#" + base64.urlsafe_b64encode(text.encode()).decode().rstrip("="),
            "code": code_of(secret), "locator": tagged("code_locator", secret)[:16].hex(),
            "code_key": tagged("code_key", secret).hex(), "box": seal(secret, padded(text.encode())).hex(),
        })
    return cases


def refused_receipts():
    cases = []

    def case(name, error, change, p=HARD, nth=0):
        r = copy.deepcopy(receipt(p, nth))
        text = change(r)
        cases.append({"pool": p["name"], "name": name, "error": error, "receipt": text if isinstance(text, str) else jcs(r)})

    def put(*names_and_value):
        *names, last, value = names_and_value

        def change(r):
            for n in names:
                r = r[n]
            r[last] = value
        return change

    case("another draw", "OtherDraw", put("draw", "eupen-2027-letters"))
    case("another log", "OtherLog", put("log", "example.org/other"))
    case("another root", "OtherRoot", put("root", "0" * 64))
    case("another size", "OtherSize", put("size", len(HARD["leaves"]) + 1))
    case("a public column said to be private", "OtherColumns", put("columns", columns(
        HARD["columns"]["id"], HARD["columns"]["private"] + ["é"], ["street", "house"], ["\U0001f600p", "\ue000p"])))
    case("the address in another order", "OtherColumns", put("columns", "household", ["house", "street"]))
    case("columns that are not sorted", "NotCanonical", lambda r: r["columns"]["public"].reverse())
    case("a column twice", "NotCanonical", put("columns", "household", ["é", "house"]))
    case("a private cell missing", "Cells", lambda r: r["private"].pop("a\nb") and None)
    case("a public cell more", "Cells", put("public", "zz", ""))
    case("an address of one cell", "Cells", put("household", "address", ["Hauptstraße"]))
    case("an empty address", "EmptyAddress", put("household", "address", ["", ""]))
    case("an empty id", "Row", put("id", ""))
    case("an id of 257 bytes", "Row", put("id", "a" * 257))
    case("U+0000 in a cell", "NotCanonical", lambda r: jcs(r).replace('"a\\nb":"1"', '"a\\nb":"\x00"'))
    case("U+0000 in a cell, escaped", "Row", put("private", "a\nb", "\0"))
    case("a cell of 4,097 bytes", "Row", put("public", "é", "a" * 4097))
    case("another id", "NotInPool", put("id", "plaim"))
    case("another private cell", "NotInPool", put("private", "a\nb", "4"))
    case("another public cell", "NotInPool", put("public", "é", "Z"))
    case("another house", "NotInPool", put("household", "address", 1, "2"))
    case("another address key", "NotInPool", put("household", "key", "0" * 64))
    case("the household left out", "NotInPool", lambda r: r.pop("household") and None)
    case("another salt", "NotInPool", put("salt", "0" * 64))
    case("another index", "NotInPool", lambda r: put("index", (r["index"] + 1) % r["size"])(r))
    case("an index beyond the pool", "NotInPool", put("index", len(HARD["leaves"])))
    case("a proof one hash short", "NotInPool", lambda r: r["proof"].pop() and None)
    case("a proof one hash long", "NotInPool", lambda r: r["proof"].append(r["proof"][0]))
    case("a proof in another order", "NotInPool", lambda r: r["proof"].reverse())
    case("another format", "NotCanonical", put("format", "kleroterion/v2/receipt"))
    case("an unknown member", "NotCanonical", put("zip", "4700"))
    case("an index that is a text", "NotCanonical", put("index", "0"))
    case("an index of 2^32", "NotCanonical", put("index", 1 << 32))
    case("a salt in upper case", "NotCanonical", lambda r: put("salt", r["salt"].upper())(r))
    case("a proof hash of 31 bytes", "NotCanonical", put("proof", [base64.b64encode(bytes(31)).decode()]))
    case("a proof hash without padding", "NotCanonical", put("proof", [base64.b64encode(bytes(32)).decode()[:-1]]))
    case("a space after a colon", "NotCanonical", lambda r: jcs(r).replace(":", ": ", 1))
    case("a newline at the end", "NotCanonical", lambda r: jcs(r) + "\n")
    case("cut in half", "NotCanonical", lambda r: jcs(r)[:200])
    return cases


def codes():
    good = code_of(secret_of(TOWN["key"], DRAW, TOWN["rows"][0]["id"]))
    # One with a 0 and a 1 in it, to be typed as letters.
    number = next(i for i in range(1000) if {"0", "1"} <= set(code_of(secret_of(TOWN["key"], DRAW, str(i)))))
    both = code_of(secret_of(TOWN["key"], DRAW, str(number)))
    bare = good.replace("-", "")
    flipped = bare[:7] + ("A" if bare[7] != "A" else "B") + bare[8:]
    swap = next(i for i in range(25) if bare[i] != bare[i + 1])
    swapped = bare[:swap] + bare[swap + 1] + bare[swap] + bare[swap + 2:]
    accepted = [
        (good, good), (good, bare), (good, bare.lower()), (good, " " + good.replace("-", " - ") + " "), (good, "-".join(bare)),
        (both, both.replace("0", "O").replace("1", "I")), (both, both.lower().replace("0", "o").replace("1", "l")),
    ]
    refused = [
        ("nothing", "Length", ""), ("25 characters", "Length", bare[:-1]), ("27 characters", "Length", bare + "0"),
        ("129 bytes", "Length", bare + " " * 103), ("a U", "Character", "U" + bare[1:]),
        ("an underscore", "Character", bare[:-1] + "_"), ("a dotless i", "Character", "ı" + bare[1:]),
        ("one character wrong", "Check", flipped), ("two characters exchanged", "Check", swapped),
        ("an en dash", "Length", good.replace("-", "\u2013")),
    ]
    return ([{"code": code, "typed": typed} for code, typed in accepted],
            [{"name": name, "error": error, "typed": typed} for name, error, typed in refused])


def refused_boxes():
    text = jcs(receipt(TOWN, 2)).encode()
    secret = secret_of(TOWN["key"], DRAW, TOWN["rows"][2]["id"])
    other = secret_of(TOWN["key"], DRAW, TOWN["rows"][3]["id"])
    good = seal(secret, padded(text))
    not_zero = bytearray(padded(text))
    assert len(not_zero) > 4 + len(text)
    not_zero[-1] = 1
    cases = [
        ("empty", "Length", b""), ("a tag alone", "Length", good[:16]), ("cut off", "Length", good[:-1]),
        ("a block missing", "Sealed", good[:-512]), ("somebody else's", "Sealed", seal(other, padded(text))),
        ("no locator as associated data", "Sealed", aead(tagged("code_key", secret), bytes(12), b"", padded(text))),
        ("a block of zeros too many", "Padding", seal(secret, padded(text) + bytes(512))),
        ("padding that is not zero", "Padding", seal(secret, bytes(not_zero))),
        ("a length beyond the box", "Padding", seal(secret, struct.pack(">I", 1 << 31) + padded(text)[4:])),
        ("not UTF-8", "Padding", seal(secret, padded(b"\xff" * 10))),
        ("not padded at all", "Length", seal(secret, (struct.pack(">I", len(text)) + text)[:511])),
        ("no receipt", "Receipt", seal(secret, padded(b"{}"))),
    ]
    return code_of(secret), [{"name": name, "error": error, "box": box.hex()} for name, error, box in cases]


def write(name, value):
    (HERE / name).write_text(json.dumps(value, indent=1, ensure_ascii=True) + "\n")


accepted_codes, refused_codes = codes()
box_code, boxes = refused_boxes()
write("pool.json", {
    "spec": "docs/spec.md 2.1 to 2.3",
    "pools": [shown(p) for p in (ALONE, TOWN, HARD)],
    "refused_tables": refused_tables(),
})
write("receipt.json", {
    "spec": "docs/spec.md 2.4", "draw": DRAW, "log": LOG,
    "receipts": receipts(), "refused_receipts": refused_receipts(),
    "codes": accepted_codes, "refused_codes": refused_codes,
    "box_code": box_code, "refused_boxes": boxes,
})
