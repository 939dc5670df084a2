"""sequences.json: bundles that follow one another (spec 9.5)."""
from whole import *
import whole

whole.cases, whole.files = [], {}


def proofs_of(bundle):
    value = json.loads(bundle)
    for step in value["steps"]:
        top, signed = step["proof"].split("\n\n", 1)
        lines = top.split("\n")
        yield leaf_hash(step["entry"].encode()), int(lines[1][6:]), [base64.b64decode(x) for x in lines[2:]], int(signed.split("\n")[1]), base64.b64decode(signed.split("\n")[2])


def known(bundle):
    """§9.5: the complete subtrees that a bundle contains or lets one compute, as {(first, length): hash}, and its newest size and root."""
    out, whole = {}, lambda n: n & (n - 1) == 0
    def climb(index, first, length, leaf, path):
        if length == 1:
            here = leaf
        else:
            k = _split_at(length)
            if index < first + k:
                other, at = path[-1], (first + k, length - k)
                here = sha256(b"\1" + climb(index, first, k, leaf, path[:-1]) + other)
            else:
                other, at = path[-1], (first, k)
                here = sha256(b"\1" + other + climb(index, first + k, length - k, leaf, path[:-1]))
            if whole(at[1]):
                out[at] = other
        if whole(length):
            out[first, length] = here
        return here
    for leaf, index, path, size, top in proofs_of(bundle):
        assert climb(index, 0, size, leaf, path) == top
    while True:
        more = {(f, 2 * n): sha256(b"\1" + h + out[f + n, n]) for (f, n), h in out.items() if f % (2 * n) == 0 and (f + n, n) in out and (f, 2 * n) not in out}
        if not more:
            return out, size, top
        out |= more


def _split_at(n):
    k = 1
    while 2 * k < n:
        k *= 2
    return k


def root_from(subtrees, size, first=0):
    """The root over `size` leaves if complete subtrees give it."""
    if size & (size - 1) == 0:
        return subtrees.get((first, size))
    k = _split_at(size)
    left, right = subtrees.get((first, k)), root_from(subtrees, size - k, first + k)
    return left and right and sha256(b"\1" + left + right)


def one_log(bundles, vouched):
    """§9.5, one log: for each bundle None, "failed" or "skipped"."""
    all, out, seen = [known(b) for b in bundles], [None] * len(bundles), {}
    for i, (subtrees, _, _) in enumerate(all):
        if any(seen.setdefault(at, h) != h for at, h in subtrees.items()):
            out[i] = "failed"
    by_size = sorted(range(len(all)), key=lambda i: (all[i][1], i))
    for a, b in zip(by_size, by_size[1:]):
        shown = all[b][2] if all[a][1] == all[b][1] else root_from(all[b][0], all[a][1])
        if shown is not None and shown != all[a][2]:
            out[b] = "failed"
        elif shown is None and not vouched and out[b] is None:
            out[b] = "skipped"
    return out


def sequence(name, why, bundles, exit=0, trust=None, log=None, vouched=False):
    """`bundles`: for each the text, which checks fail in the sequence, what ran by itself, and what else did not."""
    first_key = lambda b: json.loads(json.loads(b)["steps"][0]["entry"].split("\n")[1])["log"]
    readable = [b for b, *_ in bundles if b.startswith('{"artifacts"')]
    of_one_log = [b for b in readable if first_key(b) == first_key(readable[0])]
    found = one_log(of_one_log, vouched or log is not None)
    out = []
    for text, failed, ran, *also in bundles:
        if not text.startswith('{"artifacts"'):
            out.append((text, UNREADABLE, UNREADABLE))
            continue
        alone, how = statuses(also=also[0] if also else (), ran=ran), found.pop(0) if text in of_one_log else None
        failed = list(failed) + ["log.consistency"] * (how == "failed")
        skipped = [id for id in alone["skipped"] if id not in failed and not (log and id == "log.consistency")]
        skipped += ["log.consistency"] * (how == "skipped" and "log.consistency" not in skipped)
        out.append((text, alone, {"exit": 1 if failed else 3 if how == "skipped" else 0, "failed": sorted(failed), "skipped": sorted(skipped)}))
    worst = max((o[2]["exit"] for o in out), key=[0, 3, 1, 2].index)
    assert worst == exit, (name, worst)
    case(name, why, out, exit, log, True, trust)


UNREADABLE = {"exit": 2, "failed": ["format"], "skipped": "all others"}


def letters(replaced=0, named=0):
    """Letters `e0`, then a council `d1` drawn from those who were drawn: the letters' bundle from before it, the council's, the letters' of the same time, and the log."""
    log = Log()
    terms, first = log.whole("e0", purpose="q", replacement="rank" if replaced else "none")
    order = in_order(stage_key(terms[2], 42), range(log.pool.size))
    seated, left, artifacts, after = order[:2], [], [], log.leaves()[-1].hex()
    for i in range(replaced):
        leaver, follower = order[i], order[2 + i]
        value = log.about("e0", after=after, seats=[{"index": leaver, "reason": "ended"}])
        vacated = log.add(GENESIS + 140 + 2 * i, "vacated", draw="e0", note=note("vacate", value, [CLERK]))
        artifacts.append(jcs({"draw": "e0", "fills": [{"left": leaver, "passed": [], "seated": log.pool.opening(follower)}], "format": "kleroterion/v1/replacement", "vacated": vacated}))
        after = log.add(GENESIS + 141 + 2 * i, "replaced", draw="e0", left=[leaver], outcome=name_of(artifacts[-1]), seated=[follower], vacated=vacated)
    size = len(log.entries)
    early = log.bundle([first, *artifacts], "e0")
    source = {"draw": "e0", "outcome": name_of(first)}
    if named:
        source["replacements"] = [name_of(a) for a in artifacts[:named]]
    pool = Pool([log.pool.entries[i][3] for i in order[:2]])
    final = log.whole("d1", pool, GENESIS + 160, round=1234, draws_at=GENESIS + 3 * 1232, reserves=0, method={"name": "equal", "seats": 1},
                      table=name_of(pool.table), **{"from": source})[1]
    drawn = max(i for i, e in enumerate(log.entries) if '"draw":"e0"' in e and '"kind":"drawn"' in e)
    seen = [i for i, e in enumerate(log.entries) if '"kind":"replaced"' in e][:named]
    steps = [0, 1, drawn, *seen] + [i for i, e in enumerate(log.entries) if '"draw":"d1"' in e]
    return early, log.bundle([first, *artifacts[:named], pool.table, final], steps=steps), log.bundle([first, *artifacts], "e0", steps=range(size)), log


LINKED, REPLACED = ["pool.table", "pool.from"], ["replacements.rule"]
early, council, anew, log = letters()
sequence("linked", "letters and the council drawn from them, fetched at the same time", [(anew, [], []), (council, [], LINKED)])
sequence("linked-earlier", "… the letters' bundle fetched before: its state is one of the larger", [(early, [], []), (council, [], LINKED)])
sequence("linked-reversed", "§9.5: the council before the letters: the link leads nowhere, and the letters were sealed first",
         [(council, ["pool.from"], LINKED), (anew, ["log.chain"], [])], 1)
sequence("one", "a sequence of one bundle", [(anew, [], [])])
sequence("linked-alone", "§9.5: the bundle of the draw that it names is not there", [(council, ["pool.from"], LINKED)], 1)
sequence("twice", "§9.5: a draw stands in two of them", [(anew, [], []), (anew, ["log.chain"], [])], 1)
early, council, anew, log = letters(2, 1)
sequence("linked-replacements", "§9.5: the earlier bundle may hold more replacements than are named", [(anew, [], REPLACED), (council, [], LINKED)])
early, council, anew, log = letters(1, 1)
first_only = log.bundle([a for a in json.loads(anew)["artifacts"].values() if '"format":"kleroterion/v1/outcome"' in a], "e0", steps=range(5), size=5)
sequence("linked-replacements-missing", "§9.5: the earlier bundle is from before the replacement that is named", [(first_only, [], []), (council, ["pool.from"], LINKED)], 1)

a = Log()
first = a.whole("d1")[1]
second = a.whole("d2", **LATER)[1]
third = a.whole("d3", **LATEST)[1]
steps = lambda log, draw: [0, 1] + [i for i, e in enumerate(log.entries) if f'"draw":"{draw}"' in e]
of = lambda log, draw, artifact, size=None, **more: log.bundle([artifact], draw, steps=steps(log, draw), size=size, **more)
three = [of(a, "d1", first), of(a, "d2", second), of(a, "d3", third)]
sequence("three", "three draws of one log", [(b, [], []) for b in three])
sequence("three-reversed", "§9.5: in another order than they were sealed", [(three[2], [], []), (three[1], ["log.chain"], []), (three[0], ["log.chain"], [])], 1)
sequence("three-swapped", "§9.5: each is compared with the one before it", [(three[0], [], []), (three[2], [], []), (three[1], ["log.chain"], [])], 1)
sequence("unreadable", "§9.3: 2 is the worst, and what can be read is judged", [(three[0], [], []), ("hello\n", [], []), (three[1], [], [])], 2)
sequence("unreadable-first", "… wherever it stands", [("hello\n", [], []), (three[0], [], []), (three[1], [], [])], 2)

# Checkpoints of several sizes.
grown = [of(a, "d1", first, 5), of(a, "d2", second, 8), of(a, "d3", third)]
sequence("growing", "§9.5: each state is computed from complete subtrees that the larger knows", [(b, [], []) for b in grown])
older = [of(a, "d1", first), of(a, "d2", second, 8)]
sequence("shrinking", "… also if the later bundle is the smaller", [(b, [], []) for b in older])
gap = [of(a, "d1", first, 6), of(a, "d3", third)]
sequence("gap", "§9.5: no subtree shows the state of 6 entries: it is skipped, and required", [(b, [], []) for b in gap], 3)
sequence("gap-with-log", "… the whole log shows it", [(b, [], []) for b in gap], log=public(a))

fork = Log()
fork.whole("d9")
fork_second = fork.whole("d2", **LATER)[1]
fork_third = fork.whole("d3", **LATEST)[1]
sequence("forked", "§9.5: equal sizes and other roots", [(of(a, "d1", first), [], []), (of(fork, "d3", fork_third), [], [])], 1)
sequence("forked-smaller", "… the smaller's root is not that of the larger's beginning", [(of(a, "d1", first, 5), [], []), (of(fork, "d3", fork_third), [], [])], 1)
sequence("forked-larger-first", "… the larger first", [(of(fork, "d3", fork_third), [], []), (of(a, "d2", second, 8), ["log.chain"], [])], 1)

other = Log(at=GENESIS + 9)
other_second = other.whole("d2", **LATER)[1]
sequence("other-first-step", "§9.5: another first step under the same first log key", [(three[0], [], []), (of(other, "d2", other_second), ["log.chain"], [])], 1)
other = Log(origin="else.org/log")
other_second = other.whole("d2", **LATER)[1]
sequence("other-log", "§9.5: another first log key", [(three[0], [], []), (of(other, "d2", other_second), ["log.signature"], [])], 1)

sequence("other-log-between", "§9.5: … which takes no part in anything else",
         [(three[0], [], []), (of(other, "d2", other_second), ["log.signature"], []), (three[2], [], [])], 1)

vouching = Witness("w1", b"\x51" * 32)
policy = f"log {a.key.vkey}\nwitness w1 {vouching.vkey}\nquorum w1\n"
def vouched(log, draw, artifact, time, seal, size=None):
    """§8: the seal and the newest checkpoint were cosigned."""
    return of(log, draw, artifact, size, lines=[log.key.line, vouching.at(time)], seen={seal: (seal + 1, [log.key.line, vouching.at(log_time(log, seal) + 1)])})


log_time = lambda log, i: json.loads(log.entries[i].split("\n")[1])["time"]
WITNESSED = ["log.consistency", "log.witnesses"]
d1_seen, d3_seen = vouched(a, "d1", first, GENESIS + 3 * 1234, 3, 6), vouched(a, "d3", third, GENESIS + 3 * 32000944, 9)
sequence("gap-vouched", "§9.5: … and so do the witnesses of a policy with a quorum", [(d1_seen, [], WITNESSED), (d3_seen, [], WITNESSED)], trust=a.trust(policy=policy), vouched=True)

unsealed = Log()
unsealed.announce("d0", GENESIS + 25, GENESIS + 3 * 1232, purpose="s")
unsealed_first = unsealed.whole("d1")[1]
unsealed.void("d0", "cancelled", GENESIS + 140)
UNSEALED = ["time.round", "time.sealed", "beacon.signature", "draw.outcome"]
d0 = unsealed.bundle([], "d0", steps=steps(unsealed, "d0"))
sequence("never-sealed", "§9.5: a draw never sealed has its place where it was first announced", [(d0, [], [], UNSEALED), (of(unsealed, "d1", unsealed_first), [], [])])
sequence("never-sealed-after", "… which is before the seal of the other", [(of(unsealed, "d1", unsealed_first), [], []), (d0, ["log.chain"], [], UNSEALED)], 1)

rekeyed_log = Log()
first_before = rekeyed_log.whole("d1")[1]
bundle_before = of(rekeyed_log, "d1", first_before)
rekeyed_log.change_key(stranger, GENESIS + 139)
second_after = rekeyed_log.whole("d2", **LATER)[1]
bundle_after = rekeyed_log.bundle([second_after], "d2", steps=[0, 1, 5] + steps(rekeyed_log, "d2")[2:])
sequence("log-key-changed", "§9.5: a log key that changed between two bundles is no matter", [(bundle_before, [], []), (bundle_after, [], [])])

if __name__ == "__main__":
    write("sequences", {"about": "Spec 9.5, --sequence. " + ABOUT, "cases": whole.cases, "files": whole.files})
