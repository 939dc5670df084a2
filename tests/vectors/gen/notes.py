"""terms.json and steps.json: signed notes, accepted and refused."""
import copy

from beacon import CHAIN_HASHES, QUICKNET, chains
from common import *

LOG = "lots.example/log"
log_key = Key(LOG, sha256(b"log"))
next_log_key = Key(LOG, sha256(b"the next log key"))
service_key = Key("lots.example/service", sha256(b"service"))
next_service_key = Key("lots.example/service", sha256(b"the next service key"))
clerk = Key("eupen/clerk", sha256(b"clerk"))
council = Key("eupen/council", sha256(b"council"))
mayor = Key("eupen/mayor", sha256(b"mayor"))
new_mayor = Key("eupen/mayor", sha256(b"the next mayor"))
mayor_again = Key("eupen/mayor2", sha256(b"mayor"))  # the same key under another name
stranger = Key("eupen/nobody", sha256(b"stranger"))
organiser_keys = sorted([clerk, council, mayor], key=lambda k: k.vkey)

GENESIS = 1692803367
ROUND = 1000
DRAWS_AT = GENESIS + 998 * 3
SIGNATURES = dict(QUICKNET)
COLUMNS = {"household": ["street", "house"], "id": "number", "private": ["name"], "public": ["age", "gender"]}


def digest(text):
    return sha256(text.encode()).hex()


def terms(**changes):
    base = {
        "attempt": 1,
        "beacon": {"chain": CHAIN_HASHES["quicknet"], "round": ROUND},
        "draw": "eupen-2026-1",
        "draw_by": DRAWS_AT + 3600,
        "draws_at": DRAWS_AT,
        "log": LOG,
        "method": {"name": "equal", "seats": 5},
        "organiser": "eupen",
        "pool": {"columns": COLUMNS, "root": digest("root"), "size": 100},
        "purpose": "eupen-2026",
        "replacement": "rank",
        "reserves": 2,
        "title": {"de": "Bürgerdialog 2026", "fr": "Dialogue citoyen"},
    }
    base = copy.deepcopy(base)
    for name, value in changes.items():
        place = base
        *path, last = name.split("__")
        for step in path:
            place = place[step]
        if value is None:
            del place[last]
        else:
            place[last] = value
    return base


TABLE = digest("table")
STRATIFIED = {"columns": ["gender"], "name": "stratified", "seats": 5, "strata": digest("strata")}
PANELS = {"list": digest("list"), "max_count": 51, "min_count": 50, "name": "panels", "panels": 1000, "seats": 5}


def make_terms():
    both = [clerk, mayor]
    accepted = [
        ("equal", terms()),
        ("households", terms(method={"name": "households", "seats": 5}, pool__table=TABLE)),
        ("stratified", terms(method=STRATIFIED, pool__table=TABLE, replacement="beacon")),
        ("panels", terms(method=PANELS, pool__table=TABLE, replacement="beacon")),
        ("everybody", terms(method={"name": "equal", "seats": 98})),
        ("no replacement, no reserves", terms(replacement="none", reserves=0)),
        ("second attempt", terms(attempt=2, previous=digest("step"))),
        ("linked pool", terms(pool__table=TABLE, pool__from={"draw": "eupen-2026-letters", "outcome": digest("outcome")})),
        ("seats that are not drawn", terms(not_drawn=[{"seats": 2, "why": "named by the council"}])),
        ("due with the round", terms(draw_by=DRAWS_AT + 3)),
        ("the last second before the round", terms(draws_at=DRAWS_AT + 2)),
        ("largest pool", terms(pool__size=2**32 - 1)),
        ("title of 256 bytes", terms(title={"de": "ü" * 128})),
        ("the default chain", terms(beacon={"chain": CHAIN_HASHES["default"], "round": 72785}, draws_at=1595431050 + 72783 * 30,
                                    draw_by=1595431050 + 72784 * 30)),
    ]
    refused = []

    def refuse(why, kind, value, keys=both, context="terms", change=lambda n: n):
        refused.append({"why": why, "class": kind, "note": change(note(context, value, keys))})

    for why, changes in [
        ("no seats", dict(method={"name": "equal", "seats": 0})),
        ("more seats and reserves than people", dict(method={"name": "equal", "seats": 99})),
        ("an empty pool", dict(pool__size=0)),
        ("households without a table", dict(method={"name": "households", "seats": 5})),
        ("stratified without a table", dict(method=STRATIFIED)),
        ("panels without a table", dict(method=PANELS)),
        ("a linked pool without a table", dict(pool__from={"draw": "x", "outcome": digest("outcome")})),
        ("households without household columns", dict(method={"name": "households", "seats": 5}, pool__table=TABLE, pool__columns__household=[])),
        ("strata by a private column", dict(method={**STRATIFIED, "columns": ["name"]}, pool__table=TABLE)),
        ("strata by no column", dict(method={**STRATIFIED, "columns": []}, pool__table=TABLE)),
        ("strata by a column twice", dict(method={**STRATIFIED, "columns": ["age", "age"]}, pool__table=TABLE)),
        ("no panels", dict(method={**PANELS, "panels": 0, "min_count": 0, "max_count": 0}, pool__table=TABLE)),
        ("too many panels", dict(method={**PANELS, "panels": 10001}, pool__table=TABLE)),
        ("min_count above max_count", dict(method={**PANELS, "min_count": 52}, pool__table=TABLE)),
        ("max_count above panels", dict(method={**PANELS, "max_count": 1001}, pool__table=TABLE)),
        ("an unknown method", dict(method={"name": "shuffle", "seats": 5})),
        ("equal with a member of stratified", dict(method={"name": "equal", "seats": 5, "strata": digest("strata")})),
        ("stratified without strata", dict(method={"columns": ["age"], "name": "stratified", "seats": 5}, pool__table=TABLE)),
        ("attempt 0", dict(attempt=0)),
        ("attempt 1 with previous", dict(previous=digest("step"))),
        ("attempt 2 without previous", dict(attempt=2)),
        ("due before it is drawn", dict(draw_by=DRAWS_AT - 1)),
        ("no title", dict(title={})),
        ("an empty title", dict(title={"de": ""})),
        ("a title of 257 bytes", dict(title={"de": "x" * 257})),
        ("a language of three letters", dict(title={"deu": "x"})),
        ("a language in capitals", dict(title={"DE": "x"})),
        ("no seats among those that are not drawn", dict(not_drawn=[{"seats": 0, "why": "x"}])),
        ("no reason for those that are not drawn", dict(not_drawn=[{"seats": 1, "why": ""}])),
        ("seventeen groups that are not drawn", dict(not_drawn=[{"seats": 1, "why": "x"}] * 17)),
    ]:
        refuse(why, "terms", terms(**changes))
    for why, changes in [
        ("a pool of 2^32", dict(pool__size=2**32)),
        ("an unknown member", dict(seed=1)),
        ("an unknown member of the pool", dict(pool__name="x")),
        ("an unknown member of the beacon", dict(beacon__network="quicknet")),
        ("an unknown member of the method", dict(method={"name": "equal", "order": "x", "seats": 5})),
        ("a missing member", dict(purpose=None)),
        ("a missing root", dict(pool__root=None)),
        ("a draw that is no slug", dict(draw="Eupen")),
        ("a draw that ends in a hyphen", dict(draw="eupen-")),
        ("a purpose of 65 characters", dict(purpose="x" * 65)),
        ("a root in capitals", dict(pool__root=digest("root").upper())),
        ("a root of 63 digits", dict(pool__root=digest("root")[:-1])),
        ("an unknown replacement", dict(replacement="lot")),
        ("a number as text", dict(reserves="2")),
        ("public columns that are not sorted", dict(pool__columns__public=["gender", "age"])),
        ("a column in two roles", dict(pool__columns__private=["age"])),
        ("no groups at all that are not drawn", dict(not_drawn=[])),
    ]:
        refuse(why, "json", terms(**changes))
    swap = lambda a, b: lambda n: n.replace(a, b, 1)
    refuse("white space", "json", terms(), change=swap('"attempt":1', '"attempt": 1'))
    refuse("a doubled member", "json", terms(), change=swap('"attempt":1', '"attempt":1,"attempt":1'))
    refuse("a null", "json", terms(), change=swap('"attempt":1', '"attempt":1,"previous":null'))
    refuse("a number of 2^53", "json", terms(), change=swap(str(DRAWS_AT + 3600), str(2**53)))
    refuse("an escape that is not needed", "json", terms(), change=swap("Bürger", "B\\u00fcrger"))
    refuse("another context", "context", terms(), context="announce")
    refuse("another version", "context", terms(), change=swap("v1/terms", "v2/terms"))
    refuse("a third line", "note", terms(), change=swap("}\n\n", "}\n{}\n\n"))
    refuse("no context", "note", terms(), change=lambda n: n.split("\n", 1)[1])
    refuse("carriage returns", "note", terms(), change=lambda n: n.replace("\n", "\r\n"))
    refuse("no newline at the end", "note", terms(), change=lambda n: n[:-1])
    refuse("a line after the signatures", "note", terms(), change=lambda n: n + "\n")
    refuse("no signature at all", "note", terms(), keys=[])
    refuse("too long", "note", terms(pool__columns__private=["%0120d" % i for i in range(60)],
                                     not_drawn=[{"seats": 1, "why": "\U0001F600" * 64}] * 16,
                                     title={a + b: "x" * 256 for a in "abcdefgh" for b in "abcdefgh"}))
    refuse("a round too early", "round", terms(beacon__round=ROUND - 1))
    refuse("a round too late", "round", terms(beacon__round=ROUND + 1))
    refuse("drawn exactly when the round appears", "round", terms(draws_at=DRAWS_AT + 3))
    refuse("drawn before genesis", "round", terms(draws_at=GENESIS - 1, beacon__round=1))
    refuse("due before the round", "round", terms(draw_by=DRAWS_AT + 2))
    refuse("another chain", "round", terms(beacon__chain=digest("chain")))

    def lines(why, make):
        text = text_of("terms", terms())
        refused.append({"why": why, "class": "signatures", "note": text + "\n" + "".join(make(lambda k: k.line(text)))})

    lines("one signature", lambda s: [s(clerk)])
    lines("not sorted", lambda s: [s(mayor), s(clerk)])
    lines("one signature twice", lambda s: [s(clerk), s(clerk), s(mayor)])
    lines("one too many, by a stranger", lambda s: [s(clerk), s(mayor), s(stranger)])
    lines("one too many, by a stranger, that does not verify", lambda s: [s(clerk), s(mayor), stranger.line("x\n")])
    lines("one key under two names", lambda s: [s(mayor), s(mayor_again)])
    lines("a third that does not verify", lambda s: [s(clerk), council.line("x\n"), s(mayor)])
    lines("the signature of other terms", lambda s: [s(clerk), mayor.line(text_of("terms", terms(reserves=3)))])
    lines("the signature under another context", lambda s: [s(clerk), mayor.line(text_of("announce", terms()))])
    text = text_of("terms", terms())
    s = int.from_bytes(base64.b64decode(mayor.line(text).split(" ")[2])[36:], "little") + L
    line = base64.b64decode(mayor.line(text).split(" ")[2])[:36] + s.to_bytes(32, "little")
    lines("S not reduced", lambda s: [s(clerk), f"\u2014 eupen/mayor {base64.b64encode(line).decode()}\n"])

    write("terms", {
        "about": "Spec 3 and 1. keys: who may sign, threshold of them must; one of the keys is also known under a second name. refused: class says which "
                 "check refuses: note, context and json are the form, terms the rules of spec 3, round its rule of rounds, signatures the signature lines.",
        "keys": [k.vkey for k in (clerk, council, mayor, mayor_again)],
        "threshold": 2,
        "chains": [jcs(c) for c in chains[:2]],
        "accepted": [{"name": name, "note": note("terms", value, both),
                      "terms_hash": tagged("terms", text_of("terms", value).encode()).hex()} for name, value in accepted],
        "all_three": note("terms", terms(), [clerk, council, mayor]),
        "refused": refused,
    })


def organiser(version=1, keys=organiser_keys, **more):
    return {"id": "eupen", "keys": [k.vkey for k in sorted(keys, key=lambda k: k.vkey)], "log": LOG, "name": "Gemeinde Eupen", "threshold": 2,
            "version": version, **more}


def announce(**more):
    return {"attempt": 1, "draw": "eupen-2026-1", "draws_at": DRAWS_AT, "log": LOG, "organiser": "eupen", "postponed": 0,
            "purpose": "eupen-2026", "title": {"de": "Bürgerdialog 2026"}, **more}


def make_steps():
    entries, hashes = [], []
    both = [clerk, mayor]
    rehearsal = chains[2]
    predecessor = {"closed": digest("closed"), "log": Key("older.example/log", sha256(b"older")).vkey}

    def step(kind, time, key=service_key, **members):
        prev = hashes[-1] if hashes else 64 * "0"
        entry = note("step", {"kind": kind, "prev": prev, "seq": len(entries), "time": time, **members}, [key])
        hashes.append(leaf_hash(entry.encode()).hex())
        entries.append({"kind": kind, "entry": entry, "hash": hashes[-1], "service": key.vkey})
        return hashes[-1]

    about = lambda **more: {"draw": "eupen-2026-1", "log": LOG, "organiser": "eupen", **more}
    beacon = lambda n: {"round": n, "signature": SIGNATURES[n]}
    draw = {"draw": "eupen-2026-1"}
    t = DRAWS_AT - 10000
    step("opened", t, log=log_key.vkey, policy="log " + log_key.vkey + "\nquorum none\n", protocol="kleroterion/v1",
         predecessor=predecessor, rehearsal=rehearsal, service=service_key.vkey)
    enrolled = step("organiser", t, note=note("organiser", organiser(), organiser_keys))
    step("announced", t + 1, note=note("announce", announce(draws_at=DRAWS_AT - 5), both), **draw)
    step("announced", t + 2, note=note("announce", announce(postponed=1), both), **draw)
    sealed = terms(replacement="beacon", draw_by=DRAWS_AT + 9)
    step("sealed", t + 3, organiser=enrolled, terms=note("terms", sealed, both), **draw)
    terms_hash = tagged("terms", text_of("terms", sealed).encode()).hex()
    drawn = step("drawn", DRAWS_AT + 3, outcome=digest("outcome"), terms=terms_hash, **beacon(1000), **draw)
    vacate = about(after=drawn, beacon={"chain": CHAIN_HASHES["quicknet"], "round": 1234}, draws_at=GENESIS + 1232 * 3,
                   seats=[{"index": 3, "reason": "declined"}, {"index": 17, "reason": "not_eligible"}, {"index": 90, "reason": "ended"}])
    vacated = step("vacated", DRAWS_AT + 100, note=note("vacate", vacate, both), **draw)
    replaced = step("replaced", DRAWS_AT + 1000, left=[17, 3, 90], outcome=digest("replacement"), seated=[4, 8], vacated=vacated, **beacon(1234), **draw)
    annulled = step("annulled", DRAWS_AT + 1001, note=note("annul", about(after=replaced, reason="court"), both), **draw)
    step("erased", DRAWS_AT + 1001, note=note("erase", about(root=digest("root")), both), **draw)
    step("organiser", DRAWS_AT + 1002, note=note("organiser", organiser(2, [clerk, council, new_mayor]), [clerk, council, mayor, new_mayor]))
    step("announced", DRAWS_AT + 1003, draw="eupen-2026-2",
         note=note("announce", announce(attempt=2, previous=annulled, draw="eupen-2026-2"), both))
    step("voided", DRAWS_AT + 1004, draw="eupen-2026-2", reason="cancelled",
         note=note("void", about(draw="eupen-2026-2", reason="cancelled"), both))
    step("voided", DRAWS_AT + 1004, draw="eupen-2026-3", reason="no_quorum")
    step("voided", DRAWS_AT + 1005, draw="eupen-2026-4", reason="terms_error",
         note=note("void", about(draw="eupen-2026-4", reason="terms_error"), both), **beacon(1000))
    step("key", DRAWS_AT + 1006, note=note("key", {"log": LOG, "new": next_log_key.vkey, "old": log_key.vkey, "role": "log"}, [log_key, next_log_key]))
    step("key", DRAWS_AT + 1006,
         note=note("key", {"log": LOG, "new": next_service_key.vkey, "old": service_key.vkey, "role": "service"}, [service_key, next_service_key]))
    step("closed", DRAWS_AT + 1007, key=next_service_key, successor=Key("other.example/log", sha256(b"other")).vkey)

    refused = []

    def bad(why, base, **changes):
        value = {"prev": 64 * "0", "seq": 1, "time": 5, **base, **changes}
        value = {name: it for name, it in value.items() if it is not None}
        refused.append({"why": why, "class": "form", "entry": note("step", value, [service_key])})

    drawn = dict(kind="drawn", draw="eupen-2026-1", outcome=digest("outcome"), terms=terms_hash, **beacon(1000))
    opened = dict(kind="opened", log=log_key.vkey, protocol="kleroterion/v1", service=service_key.vkey, seq=0)
    bad("an unknown kind", drawn, kind="redrawn")
    bad("a member of another kind", drawn, vacated=digest("step"))
    bad("an unknown member", drawn, colour="red")
    bad("no outcome", drawn, outcome=None)
    bad("no round", drawn, round=None)
    bad("no signature", drawn, signature=None)
    bad("no round at all", drawn, round=None, signature=None)
    bad("a signature in capitals", drawn, signature=SIGNATURES[1000].upper())
    bad("no draw", drawn, draw=None)
    bad("a draw where none belongs", dict(kind="closed"), draw="eupen-2026-1")
    bad("no previous step", drawn, prev=None)
    bad("an unknown protocol", opened, protocol="kleroterion/v2")
    bad("a log key of another type", opened, log=log_key.vkey[:-44] + base64.b64encode(b"\4" + log_key.public).decode())
    bad("a pinned chain as rehearsal", opened, rehearsal=chains[0])
    bad("a log that continues itself", opened, predecessor={**predecessor, "log": next_log_key.vkey})
    bad("a predecessor that never closed", opened, predecessor={"log": predecessor["log"]})
    bad("a predecessor without a key", opened, predecessor={"closed": predecessor["closed"]})
    bad("a predecessor with an unknown member", opened, predecessor={**predecessor, "size": 5})
    bad("a predecessor where none belongs", drawn, predecessor=predecessor)
    bad("a chained rehearsal", opened, rehearsal={**chains[1], "genesis": 5})
    ann = lambda **more: dict(kind="announced", draw="eupen-2026-1", note=note("announce", announce(**more), both))
    bad("an announcement of another draw", ann(), draw="eupen-2026-2")
    bad("an announcement without a note", ann(), note=None)
    bad("attempt 2 without the step before", ann(attempt=2))
    bad("attempt 1 with a step before", ann(previous=digest("step")))
    bad("an announcement without title", ann(title={}))
    bad("a note of another context", dict(kind="announced", draw="eupen-2026-1", note=note("void", announce(), both)))
    bad("a note with a space in its JSON", dict(kind="announced", draw="eupen-2026-1", note=note("announce", announce(), both).replace(":1,", ": 1,", 1)))
    seat = lambda i, reason="declined": {"index": i, "reason": reason}
    vac = lambda **more: dict(kind="vacated", draw="eupen-2026-1", note=note("vacate", {k: v for k, v in {**vacate, **more}.items() if v is not None}, both))
    bad("no seats vacated", vac(seats=[]))
    bad("seats not ascending", vac(seats=[seat(3), seat(2)]))
    bad("a seat twice", vac(seats=[seat(3), seat(3)]))
    bad("an unknown reason to leave", vac(seats=[seat(3, "ill")]))
    bad("a fresh round without a time", vac(draws_at=None))
    bad("a time without a fresh round", vac(beacon=None))
    void = lambda **more: dict(kind="voided", draw="eupen-2026-1", reason="court", note=note("void", about(reason="court"), both), **more)
    bad("a void without a note", void(), note=None)
    bad("no_quorum with a note", void(), reason="no_quorum", note=note("void", about(reason="no_quorum"), both))
    bad("a void for another reason than its note", void(), reason="cancelled")
    bad("a void of another draw than its note", void(), draw="eupen-2026-2")
    bad("an unknown reason to void", dict(kind="voided", draw="eupen-2026-1", reason="weather", note=note("void", about(reason="weather"), both)))
    org = lambda value: dict(kind="organiser", note=note("organiser", value, organiser_keys))
    bad("no keys", org({**organiser(), "keys": []}))
    bad("keys not sorted", org({**organiser(), "keys": organiser()["keys"][::-1]}))
    bad("one key under two names", org(organiser(1, [clerk, mayor, mayor_again])))
    bad("a key of another organiser", org(organiser(1, [clerk, mayor, Key("raeren/clerk", sha256(b"x"))])))
    bad("a role in capitals", org(organiser(1, [clerk, mayor, Key("eupen/Clerk", sha256(b"x"))])))
    bad("a threshold of none", org({**organiser(), "threshold": 0}))
    bad("a threshold above the number of keys", org({**organiser(), "threshold": 4}))
    bad("version 0", org(organiser(0)))
    bad("a recovery at version 1", org(organiser(1, recovery=True)))
    bad("recovery: false", org(organiser(2, recovery=False)))
    bad("an organiser without a name", org({**organiser(), "name": ""}))
    bad("seventeen keys", org(organiser(1, [Key("eupen/k%d" % i, sha256(b"%d" % i)) for i in range(17)])))
    bad("a key that changes into itself", dict(kind="key", note=note("key", {"log": LOG, "new": log_key.vkey, "old": log_key.vkey, "role": "log"}, [log_key])))
    bad("a key of an unknown role", dict(kind="key", note=note("key", {"log": LOG, "new": next_log_key.vkey, "old": log_key.vkey, "role": "witness"}, [log_key])))
    bad("a seal without terms", dict(kind="sealed", draw="eupen-2026-1", organiser=enrolled))
    bad("a seal of another draw", dict(kind="sealed", draw="eupen-2026-2", organiser=enrolled, terms=note("terms", sealed, both)))
    bad("a seal of impossible terms", dict(kind="sealed", draw="eupen-2026-1", organiser=enrolled, terms=note("terms", terms(reserves=96), both)))
    bad("a replacement without seated", dict(kind="replaced", draw="eupen-2026-1", left=[1], outcome=digest("r"), vacated=vacated))
    bad("an annulment for another reason", dict(kind="annulled", draw="eupen-2026-1", note=note("annul", about(after=replaced, reason="weather"), both)))

    value = {"prev": 64 * "0", "seq": 1, "time": 5, **drawn}
    text = text_of("step", value)
    for why, kind, lines in [
        ("signed by another key", "signature", [mayor.line(text)]),
        ("another text's signature", "signature", [service_key.line("x\n")]),
        ("two signatures", "form", [service_key.line(text), mayor.line(text)]),
        ("one signature twice", "form", [service_key.line(text)] * 2),
        ("no signature", "form", []),
    ]:
        refused.append({"why": why, "class": kind, "entry": text + "\n" + "".join(lines)})
    long = {**opened, "prev": 64 * "0", "time": 5, "policy": "#" * 65500}
    refused.append({"why": "65,536 bytes or more", "class": "form", "entry": note("step", long, [service_key])})
    assert len(refused[-1]["entry"].encode()) > 65535

    write("steps", {
        "about": "Spec 4. log: entries from the first on, with their leaf hashes and the key that signed each; the form of each is good, their order in "
                 "a real log would not always be. refused: by form, or by the service key's signature.",
        "service": service_key.vkey,
        "log": entries,
        "refused": refused,
    })


if __name__ == "__main__":
    make_terms()
    make_steps()
