"""log.json: bundles beside the whole log (spec 8, 9.6)."""
from logs import *

cases, files = [], {}
ABOUT = ("cases: bundles, in the order given, the trust file if one is given, and what comes out: the exit code, and for each bundle which checks fail and which are "
         "skipped, by itself (alone) and so (with); all others pass. files: base64, by SHA-256; log: the whole log's files, by path.")
LATER = {"time": GENESIS + 140, "round": 1234, "draws_at": GENESIS + 3 * 1232, "purpose": "q"}
LATEST = {"time": GENESIS + 3 * 1234 + 9, "round": 32000944, "draws_at": GENESIS + 3 * 32000942, "purpose": "r"}


def entries_path(n, width):
    groups = [f"{n // 1000**i % 1000:03}" for i in range(2, -1, -1)]
    while len(groups) > 1 and groups[0] == "000":
        groups.pop(0)
    return "tile/entries/" + "/".join("x" + g for g in groups[:-1]) + "/" * (len(groups) > 1) + groups[-1] + (f".p/{width}" if width < 256 else "")


def public(log, size=None, lines=None, extension="", root=None, **more):
    """A log's public files, §1.1: the checkpoint and the bundles of entries."""
    entries = [e.encode() for e in log.entries[:size]]
    signed = checkpoint(log.origin, [leaf_hash(e) for e in entries], lines or [log.key.line], extension)
    if root:
        text = f"{log.origin}\n{len(entries)}\n{b64(root)}\n"
        signed = text + "\n" + log.key.line(text)
    out = {"checkpoint": signed.encode()}
    for n in range(0, len(entries), 256):
        some = entries[n:n + 256]
        out[entries_path(n // 256, len(some))] = b"".join(struct.pack(">H", len(e)) + e for e in some)
    return {path: data for path, data in {**out, **more}.items() if data is not None}


def case(name, why, bundles, exit=0, log=None, sequence=False, trust=None, reports=True):
    """`bundles`: for each the text, its statuses alone, and those with the log or in the sequence."""
    out = {"name": name, "why": why, "exit": exit}
    if log is not None:
        out["log"] = {}
        for path, data in sorted(log.items()):
            out["log"][path] = sha256(data).hex()
            files[sha256(data).hex()] = b64(data)
    if sequence:
        out["sequence"] = True
    if trust:
        out["trust"] = json.dumps(trust, ensure_ascii=False)
    out["bundles"] = [{"bundle": text, "alone": alone, **({"with": together} if reports else {})} for text, alone, together in bundles]
    cases.append(out)


# --- the whole log

def beside(name, why, bundle, log, exit=0, failed=(), also=(), ran=("log.consistency",), alone=None, trust=None, reports=True):
    case(name, why, [(bundle, alone or statuses(), statuses(exit, failed, also, ran))], exit, log, False, trust, reports)


def simple(**of_log):
    log = Log(**of_log)
    return log, log.whole()[1]


def with_other():
    log, outcome = simple()
    return log, outcome, log.whole("d2", **LATER)[1]


base, outcome = simple()
text = base.bundle([outcome])
beside("whole", "the log that the bundle was made from", text, public(base))
grown, _, second = with_other()
beside("grown", "the log went on: another purpose, drawn", text, public(grown))
beside("bundle-of-the-grown-log", "§9.1: a bundle holds the steps of its own purpose alone", grown.bundle([outcome], steps=range(5)), public(grown))
annulled, _ = simple()
annulled.annul("d1", annulled.leaves()[-1].hex(), GENESIS + 140)
beside("grown-by-its-own", "§9.6: a step that was logged after the bundle was made", text, public(annulled))
beside("left-out", "§9.6: a step that was logged when the bundle was made: the draw was annulled", annulled.bundle([outcome], steps=range(5)), public(annulled),
       1, ["terms.attempts"])

repeated, _ = simple()
closed = repeated.annul("d1", repeated.leaves()[-1].hex(), GENESIS + 140)
repeated.announce("d2", GENESIS + 150, GENESIS + 3 * 1232, attempt=2, previous=closed)
beside("left-out-attempt", "§9.1: steps of a later attempt do not belong to the bundle, the annulment does", repeated.bundle([outcome], steps=range(6)), public(repeated))

# §2.5: what became of an earlier draw that the pool is linked to.
def linked(name, why, failed=(), before=lambda log, first: None, after=lambda log: None):
    log = Log()
    terms, first = log.whole("e0", purpose="q")
    order = in_order(stage_key(terms[2], 42), range(log.pool.size))
    before(log, first)
    pool = Pool([log.pool.entries[i][3] for i in order[:2]])
    final = log.whole("d1", pool, GENESIS + 160, round=1234, draws_at=GENESIS + 3 * 1232, reserves=0, method={"name": "equal", "seats": 1},
                      table=name_of(pool.table), **{"from": {"draw": "e0", "outcome": name_of(first)}})[1]
    after(log)
    drawn = max(i for i, e in enumerate(log.entries) if '"draw":"e0"' in e and f'"outcome":"{name_of(first)}"' in e)
    steps = [0, 1, drawn] + [i for i, e in enumerate(log.entries) if '"draw":"d1"' in e]
    ran = ["pool.table", "pool.from"]
    beside(name, why, log.bundle([first, pool.table, final], steps=steps), public(log), 1 if failed else 0, failed, ran=["log.consistency", *ran], alone=statuses(ran=ran))


annul_e0 = lambda time: lambda log, *_: log.annul("e0", log.leaves()[4].hex(), time)
linked("linked", "§2.5: a pool of those drawn before")
linked("linked-to-annulled", "§2.5, §9.6: the earlier draw was annulled before this one was sealed, which only the whole log shows", ["log.chain"], annul_e0(GENESIS + 150))
linked("linked-to-annulled-later", "§2.5: what becomes of it later does not matter", after=annul_e0(GENESIS + 3 * 1234 + 30))

# Another history of the same key.
forked = Log()
forked.announce(time=GENESIS + 31)
terms = forked.terms()
forked.seal(terms)
forked_outcome = forked.outcome(terms)
forked.drawn(terms, forked_outcome)
beside("forked", "the log has other entries than the bundle", text, public(forked), 1, ["log.consistency"])
without = Log()
without.whole("d2")
beside("forked-without-the-draw", "… and never announced its draw", text, public(without), 1, ["log.consistency", "terms.attempts"])
beside("shorter", "§9.6: the log that was read is shorter than the bundle's checkpoint", text, public(base, 4), 3, ran=[])
beside("shorter-and-forked", "§9.6: … and what it has is not what the bundle holds", text, public(forked, 4), 1, ["log.consistency"], ran=[])

beside("false-root", "§9.6: entries that do not hash to the checkpoint's root", text, public(base, root=bytes(32)), 1, ["log.inclusion"])
stranger = Key("ex.org/log", b"\x1e" * 32)
beside("signed-by-another", "§9.6: a checkpoint that the log key did not sign", text, public(base, lines=[stranger.line]), 1, ["log.signature"])
beside("signed-by-another-too", "§8: lines of unknown keys are ignored", text, public(base, lines=[base.key.line, stranger.line]))
beside("signed-falsely-too", "§1.1: each line of the log key must verify", text, public(base, lines=[base.key.line, lambda t: base.key.line(t + "x")]), 1, ["log.signature"])
beside("of-another-origin", "§9.6: the key's name is not the origin", text,
       public(base, checkpoint=checkpoint("else.org/log", base.leaves(), [base.key.line]).encode()), 1, ["log.signature"])
beside("fourth-line", "§9.6: a checkpoint with lines after the third", text, public(base, extension="x\n"), 1, ["format"])

# What other entries do wrong, of which the bundle says nothing.
log, _ = simple()
log.entries.append("hello")
beside("no-step", "§9.6: an entry that is no step", text, public(log), 1, ["log.signature"])
log, _ = simple()
log.entries.append("hello")
log.whole("d2", **LATER)
beside("no-step-between", "… in the middle: what follows it goes on from its place and its leaf hash", text, public(log), 1, ["log.signature"])
log, _ = simple()
log.service, service = stranger, log.service
log.announce("d2", GENESIS + 140, GENESIS + 3 * 1232, purpose="q")
log.service = service
beside("signed-by-no-service", "§9.6: an entry that its service key did not sign", text, public(log), 1, ["log.signature"])
log.announce("d2", GENESIS + 150, GENESIS + 3 * 1232, purpose="q")
beside("signed-by-no-service-between", "… takes no part: the draw that it would have announced can be announced after it", text, public(log), 1, ["log.signature"])

log, _ = simple()
log.whole("d2", **{**LATER, "time": GENESIS + 3 * 1233 - 1})
beside("sealed-late", "§9.6: a seal after its round, of another purpose, fails log.chain and not time.sealed", text, public(log), 1, ["log.chain"])
log, _ = simple()
log.announce("d2", GENESIS + 140, GENESIS + 3 * 1232)
beside("second-open-attempt", "§4.4: attempt 1 again", text, public(log), 1, ["log.chain"])
log, _ = simple()
log.announce("d2", GENESIS + 129, GENESIS + 3 * 1232, purpose="q")
beside("time-falls", "§4: a step earlier than the one before", text, public(log), 1, ["log.chain"])
log, _ = simple()
log.add(GENESIS + 140, "closed")
beside("closed", "§4.2: a log that was closed after the bundle", text, public(log))
log.announce("d2", GENESIS + 150, GENESIS + 3 * 1232, purpose="q")
beside("after-closed", "§4.2: nothing follows `closed`", text, public(log), 1, ["log.chain"])

# Rules of §4 that a later entry breaks: whichever check names them in a bundle, it is log.chain.
def later(name, why, *wrong, failed=("log.chain",)):
    log, _ = simple()
    for i, step in enumerate(wrong):
        step(log, GENESIS + 140 + 10 * i)
    beside(f"later-{name}", why, text, public(log), 1 if failed else 0, failed)


def key_step(new, role="log", old=None, keys=None, take=True):
    def step(log, time):
        before = old or (log.key if role == "log" else log.service)
        value = {"log": log.origin, "new": new.vkey, "old": before.vkey, "role": role}
        log.add(time, "key", note=note("key", value, keys or [before, new]))
        if take and role == "log":
            log.key = new
        elif take:
            log.service = new
    return step


def enrol(version=1, keys=(CLERK, MAYOR), signers=None, id="eupen", **more):
    def step(log, time):
        value = {"id": id, "keys": sorted(k.vkey for k in keys), "log": log.origin, "name": "Eupen", "threshold": 1, "version": version, **more}
        log.add(time, "organiser", note=note("organiser", value, signers or keys))
    return step


announced = lambda **more: lambda log, time: log.announce("d2", time, **{"draws_at": GENESIS + 3 * 1232, "purpose": "q", **more})
sealed = lambda of=None, **more: lambda log, time: log.seal((of or (lambda terms: terms))(log.terms("d2", **{"round": 1234, "draws_at": GENESIS + 3 * 1232, "purpose": "q", **more})), time)
annul = lambda draw="d1", at=-1: lambda log, time: log.annul(draw, log.leaves()[at].hex(), time)
void = lambda *a, **more: lambda log, time: log.void("d2", *a, time=more.pop("time", time), **more)
second, third = Key("ex.org/log", b"\x1f" * 32), Key("ex.org/service", b"\x20" * 32)
later("keys", "§4.2: both keys are changed", key_step(second), key_step(third, "service"), failed=())
later("key-not-in-force", "§4.2: `old` is not the key in force; the new one is, even so", key_step(second, old=stranger))
later("key-that-served", "§4.2: a key that was given up comes back; it is in force, even so", key_step(second), lambda log, time: key_step(Key("ex.org/log", b"\x0a" * 32))(log, time))
later("key-of-the-other-role", "§4.2: no key serves in both roles", key_step(Key("ex.org/log", b"\x0b" * 32)))
later("key-of-another-name", "§4.2: a new log key bears the origin's name; then it cannot sign a checkpoint", key_step(Key("ex.org/log2", b"\x1f" * 32)), failed=("log.chain", "log.signature"))
later("key-signed-by-the-new-alone", "§4.2: signed by exactly both", lambda log, time: key_step(second, keys=[second])(log, time))
later("service-key-of-another-name", "§4.2: only the log key's name is the origin", key_step(Key("other/service", b"\x20" * 32), "service"), failed=())
later("organiser-again", "§4.3: version 2", enrol(2), failed=())
later("organiser-version-3", "§4.3: version 3 after 1", enrol(3))
later("organiser-by-others", "§4.3: version 2 without the old keys", enrol(2, [Key("eupen/new", b"\5" * 32)]))
later("organiser-recovery", "§4.3: … as a recovery", enrol(2, [Key("eupen/new", b"\5" * 32)], recovery=True), failed=())
later("organiser-not-by-all", "§4.3: one of its own keys did not sign", enrol(2, signers=[CLERK]))
later("organiser-other", "§4.3: another organiser", enrol(1, [Key("raeren/clerk", b"\5" * 32)], id="raeren"), failed=())
later("opened-again", "§4.1: once", lambda log, time: log.add(time, "opened", log=log.key.vkey, protocol="kleroterion/v1", service=log.service.vkey))
later("seq", "§4: `seq` is the index", lambda log, time: log.entries.append(note("step", {"kind": "closed", "prev": log.leaves()[-1].hex(), "seq": 6, "time": time}, [log.service])))
later("prev", "§4: `prev` is the entry before", lambda log, time: log.entries.append(note("step", {"kind": "closed", "prev": log.leaves()[-2].hex(), "seq": 5, "time": time}, [log.service])))
later("announced", "§4.4: another purpose", announced(), failed=())
later("announced-attempt-2", "§4.4: attempt 2 of a purpose that has none", announced(attempt=2, previous=base.leaves()[4].hex()))
later("announced-the-same-draw", "§3: a draw's slug is never used before", lambda log, time: log.announce("d1", time, GENESIS + 3 * 1232, purpose="q"))
later("sealed-unannounced", "§4.4: announcing is mandatory", sealed())
later("sealed-otherwise", "§4.5: terms and announcement agree in `draws_at`", announced(draws_at=GENESIS + 3 * 1000), sealed())
later("sealed-twice", "§4.5: a second seal", announced(), sealed(), sealed())
later("sealed-another-round", "§3: not the first round after draws_at", announced(draws_at=GENESIS + 3 * 1231), sealed(draws_at=GENESIS + 3 * 1231))
later("sealed-draw-by", "§3: draw_by before the round", announced(), sealed(draw_by=GENESIS + 3 * 1232))
later("sealed-another-enrolment", "§4.5: `organiser` is the step in force", announced(), sealed(), failed=())
later("sealed-the-enrolment-before", "… and not one before it", enrol(2), announced(), sealed())
later("drawn-unsealed", "§4.11: drawn without a seal", announced(), lambda log, time: log.drawn(log.terms("d2", round=1234, draws_at=GENESIS + 3 * 1232, purpose="q"), "x", GENESIS + 3 * 1234))
later("drawn-early", "§4.6: before its round", announced(), sealed(), lambda log, time: log.drawn(log.terms("d2", round=1234, draws_at=GENESIS + 3 * 1232, purpose="q"), "x", GENESIS + 3 * 1233 - 1))
later("drawn-at-the-round", "§4.6: at its round", announced(), sealed(), lambda log, time: log.drawn(log.terms("d2", round=1234, draws_at=GENESIS + 3 * 1232, purpose="q"), "x", GENESIS + 3 * 1233), failed=())
later("drawn-other-terms", "§4.6: `terms` is the hash of those sealed", announced(), sealed(), lambda log, time: log.drawn(log.terms("d2", round=1234, draws_at=GENESIS + 3 * 1232, purpose="q", reserves=0), "x", GENESIS + 3 * 1234))


def false_round(log, time):
    terms = log.terms("d2", round=1234, draws_at=GENESIS + 3 * 1232, purpose="q")
    log.add(GENESIS + 3 * 1234, "drawn", draw="d2", outcome=name_of("x"), round=1234, signature=SIGNATURES[42], terms=terms[2].hex())


later("drawn-false-round", "§4.6: a signature that is not the round's", announced(), sealed(), false_round)
later("annulled", "§4.10", annul(), failed=())
later("annulled-twice", "§4.11: nothing follows", annul(), annul())
later("annulled-after-another", "§4.10: `after` is the latest `drawn`", annul(at=3))
later("annulled-undrawn", "§4.10: after `drawn`", announced(), annul("d2"))
later("void-unsealed", "§4.9: nothing was sealed", announced(), void("cancelled"), failed=())
later("void-sealed", "§4.9: a cancellation", announced(), sealed(), void("cancelled"), failed=())
later("void-with-its-round", "§4.9: abandoned, with its round", announced(), sealed(), void("court", time=GENESIS + 3 * 1234, round=1234), failed=())
later("void-with-another-round", "§4.9: not the sealed one", announced(), sealed(), void("court", time=GENESIS + 3 * 1234, round=42))
later("void-round-before-its-time", "§9.6: a round only from its time on", announced(), sealed(), void("court", round=1234))
later("void-unsealed-with-a-round", "§9.6: without a seal no round", announced(), void("court", time=GENESIS + 3 * 1234, round=1234))
later("void-beacon-lost-early", "§4.9: beacon_lost from draw_by on", announced(), sealed(), void("beacon_lost", time=GENESIS + 3 * 1234))
later("void-beacon-lost", "§4.9: beacon_lost", announced(), sealed(), void("beacon_lost", time=GENESIS + 3 * 1232 + 99999), failed=())
later("void-drawn", "§4.9: before `drawn` only", lambda log, time: log.void("d1", time=time))
later("erased-undrawn", "§4.12: after the draw was drawn or closed", announced(), lambda log, time: log.add(time, "erased", draw="d2", note=note("erase", log.about("d2", root=log.pool.root), [CLERK])))
erased = lambda root=base.pool.root: lambda log, time: log.add(time, "erased", draw="d1", note=note("erase", log.about("d1", root=root), [CLERK]))
later("erased", "§4.12", erased(), failed=())
later("erased-twice", "§4.12: once", erased(), erased())
later("erased-another-root", "§9.6: with the root of the terms", erased(64 * "0"))
vacate = lambda log, time: log.add(time, "vacated", draw="d1", note=note("vacate", log.about("d1", after=log.leaves()[4].hex(), seats=[{"index": in_order(stage_key(tagged("terms", json.loads(log.entries[3].split("\n")[1])["terms"].split("\n\n")[0].encode() + b"\n"), 42), range(7))[0], "reason": "ended"}]), [CLERK]))
later("vacated", "§4.7, §4.8: with `replacement: none` nothing waits", vacate, failed=())

# Keys that were replaced.
def rekeyed(by, role="log"):
    log, outcome = simple()
    old, new = (log.key if role == "log" else log.service), Key("ex.org/" + role, b"\x1e" * 32)
    (log.change_key if role == "log" else log.change_service)(new, GENESIS + 140)
    if role == "service":
        log.service = by(old, new)
        log.announce("d2", GENESIS + 150, GENESIS + 3 * 1232, purpose="q")
        log.service = new
    return log


for name, why, by, failed in (
    ("new-log-key", "§4.2: signed by the key in force", lambda old, new: [new.line], []),
    ("both-log-keys", "§4.2: by the key before as well", lambda old, new: [old.line, new.line], []),
    ("old-log-key", "§4.2: by the key that was replaced alone", lambda old, new: [old.line], ["log.signature"]),
):
    log = rekeyed(None)
    beside(name, why, text, public(log, lines=by(base.key, log.key)), 1 if failed else 0, failed)
for name, why, trust in (
    ("trust-old-log-key", "§9.6: trust's keys are among those that were in force", lambda log: base.trust()),
    ("trust-new-log-key", "… the later one is not in the bundle, and is in the log", lambda log: log.trust()),
):
    log = rekeyed(None)
    late = log.bundle([outcome])
    beside(name, why, late, public(log), trust=trust(log))
beside("trust-another-log", "§9.6: keys that are not those of trust", text, public(base), 1, ["log.signature"], trust={**base.trust(), "log": stranger.vkey},
       alone=statuses(1, ["log.signature"]))
beside("new-service-key", "§4.2: after a `key` step the new one signs", text, public(rekeyed(lambda old, new: new, "service")))
beside("old-service-key", "§4.2: … and the old one signs nothing", text, public(rekeyed(lambda old, new: old, "service")), 1, ["log.signature"])

# States seen earlier.
anchor = lambda leaves, size: {"root": head(leaves[:size]).hex(), "size": size}
unknown = statuses(3)
beside("anchor", "§9.6: an anchor that the bundle cannot show", text, public(base), trust=base.trust(anchor=anchor(base.leaves(), 2)), alone=unknown)
beside("anchor-newest", "§9.3: one that equals the newest checkpoint", text, public(base), trust=base.trust(anchor=anchor(base.leaves(), 5)), alone=statuses(ran=["log.consistency"]))
beside("anchor-later", "§9.6: one later than the bundle", text, public(grown), trust=base.trust(anchor=anchor(grown.leaves(), 7)), alone=unknown)
beside("anchor-forked", "§9.6: one of another history", text, public(base), 1, ["log.consistency"], trust=base.trust(anchor=anchor(forked.leaves(), 4)), alone=unknown)
beside("anchor-greater", "§9.6: one greater than the log that was read", text, public(base), 3, trust=base.trust(anchor=anchor(grown.leaves(), 7)), alone=unknown, ran=[])

# More than one bundle of entries.
long, _ = simple()
for i in range(252):
    value = long.about("z", attempt=1, draws_at=GENESIS + 3 * 1232, postponed=i, purpose="z", title={"de": "x"})
    long.add(GENESIS + 140, "announced", draw="z", note=note("announce", value, [CLERK]))
beside("257-entries", "§1.1: a full bundle of entries and a partial one", text, public(long))
full = "tile/entries/000"
beside("partial-gone", "§1.1: once the full bundle is there, the partial one may be gone", text, {"checkpoint": public(base)["checkpoint"], full: public(long)[full]})

# Files that are not there, or not what they should be: no report.
whole = public(base)
path = "tile/entries/000.p/5"
for name, why, changed in (
    ("no-checkpoint", "no checkpoint", {"checkpoint": None}),
    ("checkpoint-is-no-note", "a checkpoint that is no note", {"checkpoint": b"hello\n"}),
    ("checkpoint-is-no-checkpoint", "a note that is no checkpoint", {"checkpoint": base.entries[0].encode()}),
    ("no-entries", "a bundle of entries is missing", {path: None}),
    ("entries-cut", "a bundle of entries that ends within one", {path: whole[path][:-1]}),
    ("entries-short", "an entry too few", {path: whole[path][:-2 - len(base.entries[4].encode())]}),
    ("entries-long", "a byte too many", {path: whole[path] + b"\0"}),
    ("entries-more", "an entry too many", {path: whole[path] + b"\0\1x"}),
):
    beside(name, f"§9.6: {why}: no report", text, {k: v for k, v in {**whole, **changed}.items() if v is not None}, 2, reports=False)

if __name__ == "__main__":
    write("log", {"about": "Spec 8, 9.6, --log. " + ABOUT + " Without `with` the log cannot be read, and there is no report.", "cases": cases, "files": files})
