#!/usr/bin/env python3
"""Synthetic pools: correlated answers, a self-selected pool, quotas round a real panel.

    python3 crates/panels/bench/generate.py OUT

Writes folders named POOL_PEOPLE_SEATS. The same files in every run.
"""
import os, random, sys


def generate(out, name, people, seats, sizes, slack, seed, correlation=0.4, exact=0.5):
    r = random.Random(seed)
    folder = os.path.join(out, f"{name}_{people}_{seats}")
    os.makedirs(folder, exist_ok=True)
    population = [[0.5 + r.random() for _ in range(s)] for s in sizes]
    pool = [[w * (0.3 + 1.7 * r.random()) for w in ws] for ws in population]
    rows = []
    for _ in range(people):
        leaning = r.random()
        rows.append([min(s - 1, int(leaning * s)) if r.random() < correlation else r.choices(range(s), pool[f])[0]
                     for f, s in enumerate(sizes)])
    weights = []
    for row in rows:
        w = 1.0
        for f, v in enumerate(row):
            w *= (population[f][v] / pool[f][v]) ** 0.7
        weights.append(w)
    panel = sorted(range(people), key=lambda i: -(r.random() ** (1 / weights[i])))[:seats]
    with open(os.path.join(folder, "categories.csv"), "w") as f:
        f.write("feature,value,min,max\n")
        for i, s in enumerate(sizes):
            for v in range(s):
                have = sum(rows[p][i] == v for p in panel)
                room = 0 if r.random() < exact else slack
                f.write(f"f{i},f{i}_{v},{max(0, have - room)},{have + room}\n")
    with open(os.path.join(folder, "respondents.csv"), "w") as f:
        f.write("id," + ",".join(f"f{i}" for i in range(len(sizes))) + "\n")
        for p, row in enumerate(rows):
            f.write(f"P{p:05d}," + ",".join(f"f{i}_{v}" for i, v in enumerate(row)) + "\n")


if __name__ == "__main__":
    out = sys.argv[1]
    generate(out, "small", 70, 24, [2, 5, 3, 3, 4], 1, 6)
    generate(out, "council", 239, 30, [2, 4, 4, 6, 3, 4, 2], 1, 4)
    generate(out, "half", 342, 170, [2, 5, 4, 9, 3, 3], 1, 3)
    generate(out, "unseatable", 404, 40, [2, 6, 5, 8, 3, 4, 3], 1, 7, exact=0.8)
    generate(out, "wide", 1727, 110, [3, 6, 5, 10, 2, 4, 3], 1, 1)
    generate(out, "nation", 2220, 160, [2, 5, 16, 4, 3, 6], 1, 2, correlation=0.3, exact=1.0)
    generate(out, "tight", 1600, 170, [3, 6, 5, 12, 2, 4, 3, 5], 0, 5, exact=1.0)
