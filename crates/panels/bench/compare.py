#!/usr/bin/env python3
"""Our panel lists against sortition-algorithms (PyPI), on this machine, in one run.

    python3 -m venv VENV && VENV/bin/pip install sortition-algorithms
    cargo build --release -p klero-panels --example panels_bench
    VENV/bin/python crates/panels/bench/compare.py --limit 900 DIR:SEATS [DIR:SEATS ...]

Each DIR holds categories.csv and respondents.csv. Prints a Markdown table.
Their leximin needs Gurobi and a licence; where that is missing it is said and
maximin is compared. Whatever is not done within --limit seconds is said too.
"""
import argparse, csv, json, multiprocessing, os, subprocess, sys, time


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
    start = time.perf_counter()
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
    seconds = time.perf_counter() - start
    chance = {}
    for committee, share in zip(committees, shares):
        for person in committee:
            chance[person] = chance.get(person, 0.0) + share
    everybody = [chance.get(p, 0.0) for p in people]
    copies = {}
    for committee in lottery_rounding(committees, shares, 1000):
        for person in committee:
            copies[person] = copies.get(person, 0) + 1
    rounded = [copies.get(p, 0) / 1000 for p in people]
    queue.put({"seconds": seconds, "min": min(everybody), "rounded": min(rounded)})


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
    return {"error": f"not done in {limit} s"}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--limit", type=int, default=900)
    parser.add_argument("--binary", default=os.path.join(
        os.environ.get("CARGO_TARGET_DIR", "target"), "release/examples/panels_bench"))
    parser.add_argument("pools", nargs="+", metavar="DIR:SEATS")
    options = parser.parse_args()
    print("| pool | people | types | seats | bound | program | seconds | min chance | in 1000 panels | times faster |")
    print("|---|---|---|---|---|---|---|---|---|---|")
    for pool in options.pools:
        folder, seats = pool.rsplit(":", 1)
        name = os.path.basename(folder.rstrip("/"))
        ours = {}
        for objective in ("leximin", "maximin"):
            done = subprocess.run([options.binary, folder, seats, objective], capture_output=True, text=True)
            if done.returncode:
                sys.exit(f"{name}: {done.stderr}")
            ours[objective] = r = json.loads(done.stdout)
            head = f"| {name} | {r['people']} | {r['types']} | {seats} | {r['bound_min_chance']:.6f} |"
            print(f"{head} klero {objective} | {r['seconds']:.2f} | – | {r['min_chance']:.4f} | |", flush=True)
        for algorithm in ("maximin", "leximin"):
            r = run_theirs(folder, int(seats), algorithm, options.limit)
            if "error" in r:
                print(f"{head} sortition-algorithms {algorithm} | {r['error']} | | | |", flush=True)
            else:
                times = " / ".join(f"{r['seconds'] / ours[o]['seconds']:.0f} × ({o})" for o in ours)
                print(f"{head} sortition-algorithms {algorithm} | {r['seconds']:.2f} | {r['min']:.6f} "
                      f"| {r['rounded']:.4f} | {times} |", flush=True)


if __name__ == "__main__":
    main()
