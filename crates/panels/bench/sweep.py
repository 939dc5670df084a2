#!/usr/bin/env python3
"""Builds a list for every pool of a folder and holds it to the bars.

    python3 crates/panels/bench/generate.py POOLS
    cargo build --release -p klero-panels --example panels_bench
    python3 crates/panels/bench/sweep.py POOLS [--objective leximin] [--seconds 120] [--copies 3]

Prints a Markdown table. Exits with 1 if a list took longer, or if the least served have fewer copies
than the bound allows by more than --copies.
"""
import argparse
import json
import os
import resource
import subprocess
import sys


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("pools")
    parser.add_argument("--objective", default="leximin")
    parser.add_argument("--seconds", type=float, default=120)
    parser.add_argument("--copies", type=int, default=3)
    parser.add_argument("--panels", default="1000")
    parser.add_argument("--only", default="")
    parser.add_argument("--binary", default=os.path.join(
        os.environ.get("CARGO_TARGET_DIR", "target"), "release/examples/panels_bench"))
    options = parser.parse_args()
    print("| pool | types | bound, copies | list, copies | best lottery, of 1 | on no panel (proved) | seconds | processor |")
    print("|---|---|---|---|---|---|---|---|")
    missed = []
    for name in sorted(os.listdir(options.pools)):
        if options.only not in name:
            continue
        seats = name.rsplit("_", 1)[1]
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        done = subprocess.run([options.binary, os.path.join(options.pools, name), seats, options.objective, options.panels],
                              capture_output=True, text=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        processor = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
        if done.returncode:
            print(f"| {name} | {done.stderr.strip()[:200]} | | | | | | {processor:.1f} |", flush=True)
            missed.append(name)
            continue
        r = json.loads(done.stdout)
        flags = "".join(f" {f}" for f in ("interrupted",) if r[f]) + ("" if r["levels_complete"] else " levels-incomplete")
        if r["seconds"] > options.seconds or r["bound_min_copies"] - r["min_copies"] > options.copies:
            missed.append(name)
            flags += " MISSED"
        print(f"| {name} | {r['types']} | {r['bound_min_copies']} | {r['min_copies']} | {r.get('min_chance_before_rounding', 0):.6f} "
              f"({r['bound_min_chance']:.6f}) | {r['people_on_no_panel']} ({r['people_proved_unseatable']}) "
              f"| {r['seconds']:.1f}{flags} | {processor:.1f} |", flush=True)
    if missed:
        sys.exit("missed: " + ", ".join(missed))


if __name__ == "__main__":
    main()
