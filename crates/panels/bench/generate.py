#!/usr/bin/env python3
"""Synthetic pools of many shapes: correlated answers, self-selection, quotas round a real panel.

    python3 crates/panels/bench/generate.py OUT [NAME ...]

Writes folders named NAME_PEOPLE_SEATS, each with categories.csv and respondents.csv (with a column
`address` where the pool has households). The same files in every run. Every pool has a panel: the
quotas are laid round one that exists.
"""
import os
import random
import sys

# name: people, seats, values of each feature, and what is special about it
#   correlation  how often an answer follows a person's leaning      exact  share of quotas with min = max
#   slack        how far other quotas reach beyond the panel          skew   how far the pool differs from the population
#   rare         share of values that hardly anybody has              homes  share of people who live with another respondent
#   exempt       share of features whose quotas allow anything        coarse people have only so many different rows
SHAPES = {
    "small": (70, 24, [2, 5, 3, 3, 4], dict(seed=6)),
    "council": (239, 30, [2, 4, 4, 6, 3, 4, 2], dict(seed=4)),
    "half": (342, 170, [2, 5, 4, 9, 3, 3], dict(seed=3)),
    "unseatable": (404, 40, [2, 6, 5, 8, 3, 4, 3], dict(seed=7, exact=0.8)),
    "wide": (1727, 110, [3, 6, 5, 10, 2, 4, 3], dict(seed=1)),
    "nation": (2220, 160, [2, 5, 16, 4, 3, 6], dict(seed=2, correlation=0.3, exact=1.0)),
    "tight": (1600, 170, [3, 6, 5, 12, 2, 4, 3, 5], dict(seed=5, slack=0, exact=1.0)),
    "states": (2220, 160, [2, 5, 16, 4, 5], dict(seed=8, correlation=0.35, exact=1.0)),
    "states_loose": (2220, 160, [3, 5, 16, 4, 5], dict(seed=9, correlation=0.35, exact=0.3, slack=2)),
    "states_skewed": (2220, 160, [3, 5, 16, 4, 5], dict(seed=10, skew=3.0, exact=0.6)),
    "deep": (321, 30, [3, 5, 4, 8, 4, 2, 3, 4], dict(seed=11, exact=0.45, skew=3.0)),
    "deeper": (300, 40, [2] * 14, dict(seed=12, exact=0.6)),
    "many_features": (500, 40, [3] * 20, dict(seed=13, exact=0.1, slack=2)),
    "two_hundred": (400, 30, [2] * 200, dict(seed=14, exact=0.0, slack=5)),
    "one_feature": (2000, 100, [12], dict(seed=15, exact=1.0, skew=4.0)),
    "communes": (1400, 90, [2, 4, 80], dict(seed=16, exact=0.7)),
    "cantons": (825, 75, [2, 5, 12, 4], dict(seed=17, exact=1.0, skew=2.5)),
    "few_seats": (2000, 12, [2, 4, 5, 3], dict(seed=18)),
    "one_seat": (90, 1, [2, 3], dict(seed=19)),
    "tiny": (15, 6, [2, 3, 2], dict(seed=20)),
    "nearly_all": (150, 140, [2, 5, 4, 3], dict(seed=21)),
    "homes": (600, 50, [2, 5, 6, 3], dict(seed=22, homes=0.5)),
    "homes_tight": (900, 100, [2, 5, 9, 4, 3], dict(seed=23, homes=0.7, exact=1.0, skew=2.0)),
    "homes_small": (60, 20, [2, 4, 3], dict(seed=24, homes=0.8, exact=0.8)),
    "rare": (700, 60, [2, 6, 8, 5], dict(seed=25, rare=0.3, exact=0.8)),
    "rare_deep": (450, 45, [2, 5, 7, 4, 4, 3], dict(seed=26, rare=0.25, exact=0.7, skew=2.0)),
    "coarse": (1500, 120, [2, 5, 16, 4], dict(seed=27, coarse=60, exact=1.0)),
    "correlated": (1000, 80, [4, 6, 5, 8, 4], dict(seed=28, correlation=0.8, exact=0.8)),
    "against": (800, 70, [3, 5, 6, 4, 3], dict(seed=29, skew=6.0, exact=0.8)),
    "tight_small": (161, 44, [2, 5, 4, 6, 3, 3, 4], dict(seed=30, exact=1.0, skew=2.0)),
    "tight_middle": (312, 35, [2, 5, 4, 6, 3, 4], dict(seed=31, exact=1.0, skew=2.5)),
    "tight_wide": (1200, 110, [3, 6, 5, 10, 2, 4, 3], dict(seed=32, exact=1.0, skew=2.0)),
    "loose_wide": (1727, 110, [2, 5, 5, 6, 4, 3, 3], dict(seed=33, exact=0.0, slack=3)),
    "exempt": (900, 60, [2, 5, 6, 4, 30], dict(seed=34, exempt=0.5)),
}


def generate(out, name, people, seats, sizes, seed, correlation=0.4, exact=0.5, slack=1, skew=1.7, rare=0.0,
             homes=0.0, exempt=0.0, coarse=None):
    r = random.Random(seed)
    folder = os.path.join(out, f"{name}_{people}_{seats}")
    os.makedirs(folder, exist_ok=True)
    population = [[0.5 + r.random() for _ in range(s)] for s in sizes]
    for weights in population:
        for v in range(1, len(weights)):
            if r.random() < rare:
                weights[v] *= 0.05
    pool = [[w * (0.3 + skew * r.random()) for w in ws] for ws in population]

    def person():
        leaning = r.random()
        return [min(s - 1, int(leaning * s)) if r.random() < correlation else r.choices(range(s), pool[f])[0]
                for f, s in enumerate(sizes)]

    kinds = [person() for _ in range(coarse)] if coarse else None
    rows = [r.choice(kinds) if kinds else person() for _ in range(people)]
    home = [""] * people
    if homes:
        order = list(range(people))
        r.shuffle(order)
        while order and r.random() < 1:
            size = r.choice([2, 2, 2, 3, 4]) if r.random() < homes else 1
            members, order = order[:size], order[size:]
            if size > 1:
                for p in members:
                    home[p] = f"Street {members[0]}"
    weights = []
    for row in rows:
        w = 1.0
        for f, v in enumerate(row):
            w *= (population[f][v] / pool[f][v]) ** 0.7
        weights.append(w)
    panel, taken = [], set()
    for p in sorted(range(people), key=lambda i: -(r.random() ** (1 / weights[i]))):
        if len(panel) < seats and not (home[p] and home[p] in taken):
            panel.append(p)
            taken.add(home[p])
    assert len(panel) == seats, name
    with open(os.path.join(folder, "categories.csv"), "w") as f:
        f.write("feature,value,min,max\n")
        for i, s in enumerate(sizes):
            free = r.random() < exempt
            for v in range(s):
                have = sum(rows[p][i] == v for p in panel)
                room = 0 if r.random() < exact else slack
                lo, hi = (0, seats) if free else (max(0, have - room), have + room)
                f.write(f"f{i},f{i}_{v},{lo},{hi}\n")
    with open(os.path.join(folder, "respondents.csv"), "w") as f:
        f.write("id," + ",".join(f"f{i}" for i in range(len(sizes))) + (",address\n" if homes else "\n"))
        for p, row in enumerate(rows):
            cells = [f"P{p:05d}"] + [f"f{i}_{v}" for i, v in enumerate(row)] + ([home[p]] if homes else [])
            f.write(",".join(cells) + "\n")


if __name__ == "__main__":
    out, names = sys.argv[1], sys.argv[2:] or list(SHAPES)
    for name in names:
        people, seats, sizes, more = SHAPES[name]
        generate(out, name, people, seats, sizes, **more)
