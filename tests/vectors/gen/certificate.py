"""certificate.json: the bounds of spec 7.8, by the formula as it stands and with Python's own fractions."""
import random
from fractions import Fraction

from common import *
from draws import make_terms, panel_list, people, quota_counts, with_panels


def bounds(pool, seats, panels, certificate):
    n, m = len(pool["rows"]), len(panels["panels"])
    count = [sum(i in panel for panel in panels["panels"]) for i in range(n)]
    found, earlier = [], set()
    for level in certificate["levels"]:
        g, h = level["total"]
        room = (g - h) * seats + sum(a * q["max"] - b * q["min"] for (a, b), q in zip(level["quotas"], panels["quotas"]))
        room += sum(multiplier for _, multiplier in level["households"])
        slope = taken = 0
        for i in range(n):
            c = g - h
            for (a, b), q in zip(level["quotas"], panels["quotas"]):
                if pool["rows"][i][pool["columns"].index(q["column"])] == q["value"]:
                    c += a - b
            for first, multiplier in level["households"]:
                if pool["households"][i] != "" and pool["households"][i] == pool["households"][first]:
                    c += multiplier
            if c < 0:
                room -= c
            elif i in earlier:
                taken += c * count[i]
            else:
                slope += c
        bound = min(Fraction(1), Fraction(m * room - taken, m * slope)) if slope else Fraction(1)
        achieved = min(count[i] for i in range(n) if i not in earlier)
        assert Fraction(achieved, m) <= bound
        found.append([str(bound.numerator), str(bound.denominator), achieved, len(earlier)])
        earlier |= set(level["stops"])
    return found


def certificate_for(pool, panels, name, dice, levels, largest):
    n = len(pool["rows"])
    firsts = sorted({pool["households"].index(tag) for tag in pool["households"] if tag != ""}) if panels["households"] else []
    left, out = list(range(n)), []
    for at in range(levels):
        stops = sorted(dice.sample(left, min(len(left) - 1, dice.randrange(4)))) if at + 1 < levels else []
        left = [i for i in left if i not in stops]
        side = lambda: [dice.randrange(largest), 0] if dice.random() < 0.5 else [0, dice.randrange(largest)]
        out.append({
            "households": [[i, dice.randrange(1, largest)] for i in firsts if dice.random() < 0.3],
            "quotas": [side() if dice.random() < 0.6 else [0, 0] for _ in panels["quotas"]],
            "stops": stops,
            "total": [dice.randrange(largest), 0] if dice.random() < 0.7 else side(),
        })
    return {"format": "kleroterion/v1/certificate", "levels": out, "list": name}


def main():
    dice, cases = random.Random(78), []
    for n, m, seats, households, slack, levels, largest in [
        (12, 5, 4, False, 1, 1, 3), (20, 10, 6, True, 2, 4, 5), (30, 20, 8, True, 1, 6, 40), (30, 20, 8, False, 0, 8, 2**32),
        (24, 12, 6, True, 2, 3, 2**32), (40, 25, 10, False, 1, 12, 7),
    ]:
        pool = people(n, dice)
        panels = panel_list(pool, m, seats, dice, households, slack)
        name = sha256(jcs(panels).encode()).hex()
        certificate = certificate_for(pool, panels, name, dice, levels, largest)
        cases.append({
            "people": pool, "seats": seats, "panels": jcs(panels), "certificate": jcs(certificate),
            "bounds": bounds(pool, seats, panels, certificate),
        })
    write("certificate", {"about": "Spec 7.8: for each level numerator, denominator, panels achieved, people settled before.", "cases": cases})


if __name__ == "__main__":
    main()
