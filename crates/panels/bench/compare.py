#!/usr/bin/env python3
"""Our panel lists against sortition-algorithms (PyPI), on this machine, in one run.

    python3 -m venv VENV && VENV/bin/pip install sortition-algorithms==0.12.15 gurobipy==13.0.3
    cargo build --release -p klero-panels --example panels_bench
    VENV/bin/python crates/panels/bench/compare.py --limit 900 DIR:SEATS [DIR:SEATS ...]

Each DIR holds categories.csv and respondents.csv. Prints a Markdown table; times are seconds by the
clock and, in brackets, of the processor. Their leximin needs Gurobi, whose package on PyPI brings a
licence for small problems only; where that is missing or does not suffice it is said, and maximin is
compared. Whatever is not done within --limit seconds is cut, and said too.

Exits with 1 where they finished and ours is less than 20 times as fast by processor time, or gives
the least served less than theirs minus one copy, or less than theirs minus 1e-6 before rounding.
"""
import argparse, csv, json, multiprocessing, os, resource, subprocess, sys, time

FASTER = 20
PANELS = 1000


def theirs(folder, seats, algorithm, queue):
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # their progress is not our table
    from sortition_algorithms.committee_generation import (
        find_distribution_leximin, find_distribution_maximin)
    from sortition_algorithms.core import lottery_rounding
    from sortition_algorithms.features import read_in_features
    from sortition_algorithms.people import read_in_people
    from sortition_algorithms.settings import Settings
    import random
    random.seed(1)
    start, processor = time.perf_counter(), time.process_time()
    with open(os.path.join(folder, "categories.csv"), newline="") as f:
        # newer versions no longer read the older header
        head, *rows = csv.reader(f)
        if "category" in head:
            head = [{"category": "feature", "feature": "value", "name": "value"}.get(h, h) for h in head]
        features, _, _ = read_in_features(head, [dict(zip(head, row)) for row in rows])
    with open(os.path.join(folder, "respondents.csv"), newline="") as f:
        reader = csv.DictReader(f)
        settings = Settings(id_column="id", columns_to_keep=[])
        people, _ = read_in_people(list(reader.fieldnames), list(reader), features, settings)
    find = {"maximin": find_distribution_maximin, "leximin": find_distribution_leximin}[algorithm]
    try:
        committees, shares, _ = find(features, people, seats, [])
    except Exception as error:  # a missing licence, mostly
        queue.put({"error": f"{type(error).__name__}: {error}"[:120]})
        return
    seconds, processor = time.perf_counter() - start, time.process_time() - processor
    chance = {}
    for committee, share in zip(committees, shares):
        for person in committee:
            chance[person] = chance.get(person, 0.0) + share
    everybody = [chance.get(p, 0.0) for p in people]
    copies = {}
    for committee in lottery_rounding(committees, shares, PANELS):
        for person in committee:
            copies[person] = copies.get(person, 0) + 1
    rounded = [copies.get(p, 0) / PANELS for p in people]
    queue.put({"seconds": seconds, "processor": processor, "min": min(everybody), "rounded": min(rounded)})


def run_theirs(folder, seats, algorithm, limit):
    queue = multiprocessing.Queue()
    process = multiprocessing.Process(target=theirs, args=(folder, seats, algorithm, queue))
    process.start()
    deadline = time.perf_counter() + limit
    while time.perf_counter() < deadline:
        try:
            result = queue.get(timeout=1)
            process.join()
            return result
        except Exception:
            if not process.is_alive() and queue.empty():
                return {"error": "stopped without a result"}
    process.terminate()
    process.join()
    return {"error": f"cut after {limit} s"}


def run_ours(binary, folder, seats, objective):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run([binary, folder, seats, objective, str(PANELS)], capture_output=True, text=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        sys.exit(f"{folder}: {done.stderr}")
    result = json.loads(done.stdout)
    result["processor"] = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
    return result


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--limit", type=int, default=900)
    parser.add_argument("--binary", default=os.path.join(
        os.environ.get("CARGO_TARGET_DIR", "target"), "release/examples/panels_bench"))
    parser.add_argument("pools", nargs="+", metavar="DIR:SEATS")
    options = parser.parse_args()
    print("| pool | people | types | bound | program | seconds | smallest chance before rounding | in 1,000 panels | ours is faster by |")
    print("|---|---|---|---|---|---|---|---|---|")
    missed = []
    for pool in options.pools:
        folder, seats = pool.rsplit(":", 1)
        name = os.path.basename(folder.rstrip("/"))
        ours = {}
        for objective in ("leximin", "maximin"):
            ours[objective] = r = run_ours(options.binary, folder, seats, objective)
            head = f"| {name} | {r['people']} | {r['types']} | {r['bound_min_chance']:.6f} |"
            print(f"{head} klero {objective} | {r['seconds']:.2f} ({r['processor']:.2f}) "
                  f"| {r['min_chance_before_rounding']:.6f} | {r['min_chance']:.3f} | |", flush=True)
        for algorithm in ("maximin", "leximin"):
            r = run_theirs(folder, int(seats), algorithm, options.limit)
            if "error" in r:
                print(f"{head} sortition-algorithms {algorithm} | {r['error']} | | | |", flush=True)
                continue
            times = []
            for objective, mine in ours.items():
                factor = r["processor"] / max(mine["processor"], 0.01)
                times.append(f"{factor:.0f} × ({objective})")
                if objective == algorithm and factor < FASTER:
                    missed.append(f"{name} {algorithm}: {factor:.0f} times as fast")
                if mine["min_chance"] < r["rounded"] - 1 / PANELS - 1e-9:
                    missed.append(f"{name} {objective}: {mine['min_chance']} against {r['rounded']}")
                if mine["min_chance_before_rounding"] < r["min"] - 1e-6:
                    missed.append(f"{name} {objective}: {mine['min_chance_before_rounding']} against {r['min']} before rounding")
            print(f"{head} sortition-algorithms {algorithm} | {r['seconds']:.2f} ({r['processor']:.2f}) | {r['min']:.6f} "
                  f"| {r['rounded']:.3f} | {', '.join(times)} |", flush=True)
    if missed:
        sys.exit("missed: " + "; ".join(missed))


if __name__ == "__main__":
    main()
