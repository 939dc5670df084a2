"""bundles.json: whole bundles, right and forged, with the status of every check; and trust files that are refused."""
from logs import *

cases = []


def case(name, why, bundle, exit=0, failed=(), also=(), ran=(), trust=None, strict=False):
    out = {"name": name, "why": why, "bundle": bundle, **statuses(exit, failed, also, ran)}
    if trust:
        out["trust"] = json.dumps(trust, ensure_ascii=False)
    if strict:
        out["strict"] = True
    cases.append(out)


def simple(**of_log):
    log = Log(**of_log)
    return log, log.whole()[1]


def plain(name, why, exit=0, failed=(), also=(), ran=(), trust=None, **of_log):
    log, outcome = simple(**of_log)
    case(name, why, log.bundle([outcome]), exit, failed, also, ran, trust and trust(log))


def unreadable(name, why, bundle):
    cases.append({"name": name, "why": why, "bundle": bundle, "exit": 2, "failed": ["format"], "skipped": "all others"})


# --- §4, §9.6: entry 0, keys, policies, signatures
plain("equal", "a draw by equal")


def three_before(log):
    for _ in range(3):
        log.add(GENESIS + 1, "opened", log=Key("other/log", b"\x32" * 32).vkey, protocol="kleroterion/v1", service=log.service.vkey)


log, outcome = simple(before=three_before)
case("opened-at-3", "§4.1, §9.3: the bundle's first step is entry 3", log.bundle([outcome], steps=range(3, len(log.entries))), 1, ["log.chain"])

log = Log()
log.whole("d0")
log.organiser, again = None, GENESIS + 140
log.add(again, "opened", log=log.key.vkey, protocol="kleroterion/v1", service=log.service.vkey)
log.organiser = log.enrol(again + 1)
outcome = log.whole("d1", time=again + 2, round=1234, draws_at=GENESIS + 3 * 1232)[1]
case("hidden-draw", "§4.1: a whole drawn attempt lies before the `opened` that the bundle begins with", log.bundle([outcome], steps=range(5, 10)), 1, ["log.chain"])

small_order = typed_vkey("old/log", bytes(32))
plain("predecessor", "§4.1: a log that continues another", opened={"predecessor": {"closed": 64 * "1", "log": Key("old/log", b"\x4d" * 32).vkey}})
plain("predecessor-of-small-order", "§1, §9.6: a vkey that is no key: `opened` is no step, and no step names a service key", 1, ["format", "log.signature"],
      ["organiser.keys", "terms.signatures", "terms.attempts", "time.round", "time.sealed", "beacon.signature", "draw.outcome"], opened={"predecessor": {"closed": 64 * "1", "log": small_order}})

plain("policy", "§4.1: a witness policy in `opened`", opened={"policy": "quorum none\n"})
plain("policy-not-read", "§9.6: a policy that cannot be read fails log.chain, and the step is taken in", 1, ["log.chain"], opened={"policy": "nonsense\n"})
witnesses = lambda n: "".join(f"witness w{i} {Witness('w%d' % i, sha256(b'%d' % i)).vkey}\n" for i in range(n)) + "quorum none\n"
plain("policy-256-witnesses", "§9.2: the most witnesses that a policy has", opened={"policy": witnesses(256)})
plain("policy-257-witnesses", "§9.2: one more", 1, ["log.chain"], opened={"policy": witnesses(257)})

log, outcome = simple()
head_, line = log.entries[-1][:-1].rsplit("\n", 1)
dash, name, body = line.split(" ")
log.entries[-1] = f"{head_}\n{dash} {name} {b64(base64.b64decode(body)[:-1])}\n"
case("signature-of-63-bytes", "§9.6: a step whose signature is not 64 bytes fails log.signature, and takes no part", log.bundle([outcome]), 1,
     ["log.signature"], ["draw.outcome", "beacon.signature"])

plain("origin-255", "§1: the longest name of a key", origin=255 * "a")
log, outcome = simple(origin=256 * "a")
unreadable("origin-256", "§1: one byte more: the bundle's `log` is no vkey", log.bundle([outcome]))
log, outcome = simple()
unreadable("log-of-small-order", "§1: a `log` that is no key", jcs({**json.loads(log.bundle([outcome])), "log": small_order}) + "\n")

# --- §4.2, §9.6: a log key that was replaced
def rotated(by):
    log = Log()
    old, new = log.key, Key("ex.org/log", b"\x1e" * 32)
    log.announce()
    log.change_key(new, GENESIS + 35)
    terms = log.terms()
    log.seal(terms)
    outcome = log.outcome(terms)
    log.drawn(terms, outcome)
    return log.bundle([outcome], seen={4: (5, [by(old, new).line])})


case("seen-by-the-new-key", "§4.2: an earlier checkpoint by the key in force at its size", rotated(lambda old, new: new), ran=["log.consistency"])
case("seen-by-the-old-key", "§4.2, §9.6: the key that was replaced signs nothing that covers its replacement", rotated(lambda old, new: old), 1, ["log.signature"], ["log.consistency"])

# --- §2.1: bounds of what an outcome opens
for name, cell in (("4096", 4096 * "x"), ("4097", 4097 * "x"), ("nul", "a\0b")):
    people = [{**p, "town": cell} for p in PEOPLE]
    log = Log()
    outcome = log.whole(pool=Pool(people))[1]
    good = name == "4096"
    case(f"opened-cell-{name}", "§7.6: §2.1's bounds hold for what an outcome opens", log.bundle([outcome]), 0 if good else 1, [] if good else ["draw.outcome"])
wide = {"household": [], "id": "number", "private": [], "public": [f"c{i}" for i in range(5)]}
log = Log()
outcome = log.whole(pool=Pool([{"number": str(i), **{c: 4000 * "x" for c in wide["public"]}} for i in range(4)], wide))[1]
case("opened-public-part-too-long", "§7.6: cells within their bounds, and a public part of more than 16,384 bytes", log.bundle([outcome]), 1, ["draw.outcome"])

# --- §3, §9.6: what a round that breaks §3 leaves to judge
for name, why, sealed, drawn, draw_by, failed in (
    ("round-not-the-first", "a round later than the first after draws_at", 40, 131, None, ["time.round"]),
    ("round-not-the-first-sealed-late", "… and the seal's time is not judged", 124, 130, None, ["time.round"]),
    ("round-not-the-first-drawn-early", "… but drawn is", 40, 50, None, ["time.round", "time.sealed"]),
):
    log = Log()
    log.announce(draws_at=GENESIS + 100)
    terms = log.terms(draws_at=GENESIS + 100, draw_by=draw_by)
    log.seal(terms, GENESIS + sealed)
    outcome = log.outcome(terms)
    log.drawn(terms, outcome, GENESIS + drawn)
    case(name, f"§9.6: {why}", log.bundle([outcome]), 1, failed)
for name, sealed in (("draw-by-before-the-round", 40), ("draw-by-before-the-round-sealed-late", 124)):
    log = Log()
    log.announce()
    terms = log.terms(draw_by=GENESIS + 121)
    log.seal(terms, GENESIS + sealed)
    outcome = log.outcome(terms)
    log.drawn(terms, outcome)
    case(name, "§9.6: a draw_by before the round stops the judgement of the seal's time as well", log.bundle([outcome]), 1, ["time.round"])

# --- §4.9: an earlier attempt, abandoned
towns = [e[1]["row"]["town"] for e in Pool().entries]
quotas = lambda most: [{"column": "town", "max": most, "min": 0, "value": town} for town in sorted(set(towns))]
panels = sorted([[0, 1], [2, 3], [4, 5], [0, 6]])
good_list = {"format": "kleroterion/v1/panels", "households": False, "panels": panels, "quotas": quotas(2)}
for name, why, text, most, exit, failed, also in (
    ("abandoned", "what the seed gave in the earlier attempt is recomputed", jcs(good_list), 2, 0, [], []),
    ("abandoned-quota", "an earlier list that breaks a quota gives nobody", jcs({**good_list, "quotas": quotas(0)}), 2, 3, [], ["voids"]),
    ("abandoned-counts", "an earlier list with other counts than its terms gives nobody", jcs(good_list), 3, 3, [], ["voids"]),
    ("abandoned-list-not-read", "an earlier list that cannot be read fails voids", "nonsense", 2, 1, ["voids"], []),
):
    log = Log(at=GENESIS - 9)
    log.organiser = None
    log.entries.pop()
    log.organiser = log.enrol(GENESIS - 8)
    log.announce("d1", GENESIS - 7, GENESIS + 1)
    method = {"list": name_of(text), "max_count": most, "min_count": 1, "name": "panels", "panels": 4, "seats": 2}
    first = log.terms("d1", method=method, round=2, draws_at=GENESIS + 1, reserves=0, table=name_of(log.pool.table))
    log.seal(first, GENESIS - 6)
    closed = log.void("d1", time=GENESIS + 20, round=2)
    log.announce("d2", attempt=2, previous=closed)
    terms = log.terms("d2", attempt=2, previous=closed)
    log.seal(terms)
    outcome = log.outcome(terms)
    log.drawn(terms, outcome)
    case(name, f"§9.6: {why}", log.bundle([outcome, text, log.pool.table], "d2"), exit, failed, also)
    if name.startswith("abandoned-") and failed == []:
        # The same as the draw of the bundle itself.
        log.entries = log.entries[:5]
        failing = "panels.quotas" if name == "abandoned-quota" else "panels.counts"
        case(f"{name}-itself", "§9.6: … and in the draw itself", log.bundle([text, log.pool.table], "d1"), 1, [failing],
             ["voids", "draw.outcome"], ran=["pool.table", "panels.quotas", "panels.counts"])

# --- §2.5: linked pools
def linked(name, why, exit=0, failed=(), evil=False, annul=False, ran=("pool.table", "pool.from")):
    log = Log()
    terms, first = log.whole("e0", purpose="q", replacement="rank")
    after = log.leaves()[-1].hex()
    order = in_order(stage_key(terms[2], 42), range(log.pool.size))
    keep, source, more = [order[0], order[1]], {"draw": "e0", "outcome": name_of(first)}, [first]
    if evil:
        value = log.about("e0", after=after, seats=[{"index": order[0], "reason": "ended"}])
        vacated = log.add(GENESIS + 140, "vacated", draw="e0", note=note("vacate", value, [CLERK]))
        wrong = {**log.pool.opening(order[4]), "index": order[1]}
        text = jcs({"draw": "e0", "fills": [{"left": order[0], "passed": [], "seated": wrong}], "format": "kleroterion/v1/replacement", "vacated": vacated})
        log.add(GENESIS + 141, "replaced", draw="e0", left=[order[0]], outcome=name_of(text), seated=[order[2]], vacated=vacated)
        source["replacements"], keep = [name_of(text)], [order[1], order[4]]
        more.append(text)
    if annul:
        log.annul("e0", after, GENESIS + 150)
    pool = Pool([log.pool.entries[i][3] for i in keep])
    outcome = log.whole("d1", pool, GENESIS + 160, round=1234, draws_at=GENESIS + 3 * 1232, reserves=0, method={"name": "equal", "seats": 1},
                        table=name_of(pool.table), **{"from": source})[1]
    steps = [0, 1] + [i for i, e in enumerate(log.entries) if '"draw":"d1"' in e or ('"draw":"e0"' in e and ('"kind":"drawn"' in e or '"kind":"replaced"' in e))]
    case(name, why, log.bundle(more + [pool.table, outcome], steps=sorted(set(steps))), exit, failed, ran=ran)
    return log


linked("linked", "§2.5: a pool of those drawn before")
linked("linked-two-under-one-index", "§2.5: the earlier draw opens two people under one index", 1, ["pool.from"], evil=True)
linked("linked-to-annulled", "§2.5: that the earlier draw was annulled only the whole log shows", annul=True)
log = Log()
log.announce()
terms = log.terms(table=name_of(log.pool.table), **{"from": {"draw": "e0", "outcome": 64 * "0", "replacements": ["%064x" % i for i in range(1, 202)]}})
log.seal(terms)
case("linked-201-replacements", "§2.5: more than 200: no step, so nothing was sealed", log.bundle([]), 1, ["format"],
     ["time.round", "time.sealed", "beacon.signature", "draw.outcome"])

# --- §9.4: what a token says of its time
def der(tag, *parts):
    body = b"".join(parts)
    n = len(body)
    return bytes([tag]) + (bytes([n]) if n < 128 else b"\x81" + bytes([n]) if n < 256 else b"\x82" + struct.pack(">H", n)) + body


def token(time):
    oid = lambda digits: der(6, bytes.fromhex(digits))
    def of(text):
        imprint = der(0x30, der(0x30, oid("608648016503040201")), der(4, sha256(text.encode())))
        info = der(0x30, der(2, b"\1"), oid("2a03"), imprint, der(2, b"\7"), der(0x18, time.encode()))
        inner = der(0x30, oid("2a864886f70d0109100104"), der(0xA0, der(4, info)))
        return der(0x30, oid("2a864886f70d010702"), der(0xA0, der(0x30, der(2, b"\3"), der(0x31), inner)))
    return of


for time, good in (("20230823150900Z", True), ("20240229000000.5Z", True), ("20230230150900Z", False), ("20161231235960Z", False), ("19691231235959Z", False), ("20230823240000Z", False), ("20230823150900.Z", False)):
    log, outcome = simple()
    bundle = log.bundle([outcome], seen={3: (4, None)}, tokens={3: token(time)})
    case(f"token-{time}", "§9.4: the time of a token", bundle, 0 if good else 1, [] if good else ["time.tokens"], ran=["log.consistency"])

# --- §8, §9.6: witnesses
early, late = Witness("w1", b"\x51" * 32), Witness("w2", b"\x52" * 32)
policy = lambda log, quorum="all": f"log {log.key.vkey}\nwitness w1 {early.vkey}\nwitness w2 {late.vkey}\ngroup g {quorum} w1 w2\nquorum g\n"
ROUND_TIME = GENESIS + 41 * 3
for name, why, times, exit, failed, also, ran in (
    ("witnessed", "§8: the seal was seen by both in time", (ROUND_TIME - 9, ROUND_TIME - 1), 0, [], [], ["log.consistency", "log.witnesses"]),
    ("witnessed-at-the-round", "§8: one of them saw it at the round", (ROUND_TIME - 9, ROUND_TIME), 1, ["time.sealed"], [], ["log.consistency", "log.witnesses"]),
    ("witnessed-by-one", "§9.6: the other's cosignature is missing", (ROUND_TIME - 9, None), 3, [], ["time.sealed"], ["log.consistency", "log.witnesses"]),
):
    log, outcome = simple()
    seen = [log.key.line] + [w.at(t) for w, t in zip((early, late), times) if t]
    newest = [log.key.line, early.at(ROUND_TIME + 60), late.at(ROUND_TIME + 61)]
    case(name, why, log.bundle([outcome], lines=newest, seen={3: (4, seen)}), exit, failed, also, ran, log.trust(policy=policy(log)))
log, outcome = simple()
false = lambda text: early.at(ROUND_TIME + 60)(text + "x")
case("cosignature-false", "§9.6: a line in the name of a witness of the policy that does not verify", log.bundle([outcome], lines=[log.key.line, false]), 1,
     ["log.witnesses", "time.sealed"], trust=log.trust(policy=policy(log)))
log, outcome = simple()
case("no-cosignature", "§9.6: without any", log.bundle([outcome]), 3, (), ["time.sealed"], trust=log.trust(policy=policy(log)))
case("strict", "§9.3: --strict asks for witnesses even without a policy", log.bundle([outcome]), 3, (), ["time.sealed"], strict=True)

# --- §9.2: trust
pinned = lambda keys, threshold=1: lambda log: log.trust(organisers={"eupen": {"keys": keys, "threshold": threshold}})
both = sorted([CLERK.vkey, MAYOR.vkey])
plain("trust", "§9.2: the log's and the service's key", trust=lambda log: log.trust())
plain("trust-organiser", "§9.2: an organiser's keys", trust=pinned(both))
plain("trust-organiser-unsorted", "§9.2: in any order", trust=pinned(both[::-1]))
plain("trust-other-threshold", "§9.2: another threshold", 1, ["organiser.keys"], trust=pinned(both, 2))
plain("trust-no-chain", "§9.2: no chain is accepted", 1, ["beacon.signature"], trust=lambda log: log.trust(chains=[]))
plain("trust-quorum-none", "§9.2: a policy that asks for no witness", trust=lambda log: log.trust(policy=f"log {log.key.vkey}\nquorum none\n"))

log = Log()
rehearsal = {k: v for k, v in chains[0].items()}
refused = [{"why": why, "trust": json.dumps({**log.trust(), **more}, ensure_ascii=False)} for why, more in (
    ("a policy that is null", {"policy": None}),
    ("a rehearsal that is null", {"rehearsal": None}),
    ("an anchor that is null", {"anchor": None}),
    ("chains that are null", {"chains": None}),
    ("a pinned chain as rehearsal", {"chains": [], "rehearsal": rehearsal}),
    ("a chain that is not pinned", {"chains": [64 * "0"]}),
    ("a witness key of small order", {"policy": f"log {log.key.vkey}\nwitness w {typed_vkey('w', bytes(32), 4)}\nquorum none\n"}),
    ("a log key of small order", {"log": typed_vkey("ex.org/log", bytes(32))}),
    ("a policy without the log", {"policy": "quorum none\n"}),
    ("more than 256 witnesses", {"policy": f"log {log.key.vkey}\n" + witnesses(257)}),
    ("an organiser without keys", {"organisers": {"eupen": {"keys": [], "threshold": 1}}}),
    ("a threshold of none", {"organisers": {"eupen": {"keys": both, "threshold": 0}}}),
    ("a threshold above the number of keys", {"organisers": {"eupen": {"keys": both, "threshold": 3}}}),
    ("an organiser's key twice", {"organisers": {"eupen": {"keys": [both[0], both[0]], "threshold": 1}}}),
    ("keys of another organiser", {"organisers": {"raeren": {"keys": both, "threshold": 1}}}),
    ("an unknown member", {"extra": 1}),
    ("another format", {"format": "kleroterion/v2/trust"}),
)]

if __name__ == "__main__":
    write("bundles", {
        "about": "Spec 9. cases: a bundle, the trust file if one is given, and what comes out: the exit code, which checks fail and which are skipped; "
                 "all others pass. refused_trusts: trust files that no verifier takes.",
        "cases": cases,
        "refused_trusts": refused,
    })
