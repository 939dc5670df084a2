"""methods.json and replacement.json: every method of spec 7 carried out literally on small pools, by the definition and not by the way."""
import random

from basics import seed_key
from beacon import CHAIN_HASHES
from common import *
from notes import DRAWS_AT, GENESIS, LOG, SIGNATURES, digest, terms

AGES, GENDERS = ["16-29", "30-59", "60+"], ["f", "m", "x"]


def people(n, dice, households=True):
    rows = [[dice.choice(AGES), dice.choice(GENDERS[:2] if dice.random() < 0.9 else GENDERS)] for _ in range(n)]
    tags = [sha256(b"household %d" % dice.randrange(max(1, n * 2 // 3))).hex()[:32] if households and dice.random() < 0.9 else "" for _ in range(n)]
    return {"columns": ["age", "gender"], "rows": rows, "households": tags}


def strata_list(pool, columns, give, extra=()):
    places = [pool["columns"].index(c) for c in columns]
    found = sorted({tuple(row[i] for i in places) for row in pool["rows"]} | set(extra))
    strata = [{"reserves": give(v)[1], "seats": give(v)[0], "values": list(v)} for v in found]
    return {"columns": list(columns), "format": "kleroterion/v1/strata", "strata": strata}


def quota_counts(pool, quotas, members):
    return [sum(pool["rows"][i][pool["columns"].index(q["column"])] == q["value"] for i in members) for q in quotas]


def shortfall(pool, quotas, members):
    counts = quota_counts(pool, quotas, members)
    return sum(max(0, q["min"] - c) + max(0, c - q["max"]) for q, c in zip(quotas, counts))


def one_household_each(pool, members):
    tags = [pool["households"][i] for i in members if pool["households"][i]]
    return len(tags) == len(set(tags))


def panel_list(pool, m, seats, dice, households, slack):
    n = len(pool["rows"])
    quotas = []
    for c, name in enumerate(pool["columns"]):
        for value in sorted({row[c] for row in pool["rows"]}):
            share = sum(row[c] == value for row in pool["rows"]) * seats / n
            quotas.append({"column": name, "max": int(share) + 1 + slack, "min": max(0, int(share) - slack), "value": value})
    panels, weight = [], [0] * n
    while len(panels) < m:
        order = sorted(range(n), key=lambda i: (weight[i], dice.random()))[:seats + 6]
        pick = sorted(dice.sample(order, seats) if len(order) >= seats else order)
        if shortfall(pool, quotas, pick) or (households and not one_household_each(pool, pick)):
            pick = sorted(dice.sample(range(n), seats))
            if shortfall(pool, quotas, pick) or (households and not one_household_each(pool, pick)):
                continue
        panels.append(pick)
        for i in pick:
            weight[i] += 1
    return {"format": "kleroterion/v1/panels", "households": households, "panels": sorted(panels), "quotas": quotas}


def make_terms(pool, method, reserves, replacement="rank"):
    value = terms(method=method, reserves=reserves, replacement=replacement, pool__size=len(pool["rows"]), draw_by=DRAWS_AT + 10**6)
    if method["name"] != "equal":
        value["pool"]["table"] = digest("table")
    return value


def draw(value, pool, strata, panels, key, panel_key):
    n, method, reserves = value["pool"]["size"], value["method"], value["reserves"]
    seats = method["seats"]
    order = in_order(key, range(n))
    if method["name"] == "equal":
        return {"drawn": order[:seats], "reserves": order[seats:seats + reserves]}
    if method["name"] == "households":
        taken = []
        for i in order:
            tag = pool["households"][i]
            if not tag or all(pool["households"][j] != tag for j in taken):
                taken.append(i)
        return {"drawn": taken[:seats], "reserves": taken[seats:seats + reserves]}
    if method["name"] == "stratified":
        places = [pool["columns"].index(c) for c in strata["columns"]]
        drawn, spare = [], []
        for s in strata["strata"]:
            mine = [i for i in order if [pool["rows"][i][c] for c in places] == s["values"]]
            drawn += mine[:s["seats"]]
            spare += mine[s["seats"]:s["seats"] + s["reserves"]]
        return {"drawn": drawn, "reserves": spare}
    panel = in_order(panel_key, range(len(panels["panels"])))[0]
    members = panels["panels"][panel]
    return {"drawn": members, "panel": panel, "reserves": [i for i in order if i not in members][:reserves]}


def replace(value, pool, strata, panels, key, seated, passed, leavers):
    """Spec 7.5. seated and passed are changed."""
    name, n = value["method"]["name"], value["pool"]["size"]
    for i in leavers:
        seated.remove(i)
        passed.append(i)
    fills = []
    order = in_order(key, range(n))
    stratum = lambda i: [pool["rows"][i][pool["columns"].index(c)] for c in strata["columns"]] if name == "stratified" else None
    for left in in_order(key, leavers):
        candidates = [i for i in order if i not in seated and i not in passed and stratum(i) == stratum(left)]
        fit = candidates
        if name == "households" or (name == "panels" and panels["households"]):
            tags = [pool["households"][i] for i in seated]
            fit = [i for i in fit if not pool["households"][i] or pool["households"][i] not in tags]
        if name == "panels" and fit:
            total = {i: shortfall(pool, panels["quotas"], seated + [i]) for i in fit}
            fit = [i for i in fit if total[i] == min(total.values())]
        fill = {"left": left, "passed": candidates}
        if fit:
            fill = {"left": left, "passed": candidates[:candidates.index(fit[0])], "seated": fit[0]}
            seated.append(fit[0])
        fills.append(fill)
    return fills


def keys_of(value):
    salt = tagged("terms", text_of("terms", value).encode())
    round = value["beacon"]["round"]
    return [seed_key(salt, round, SIGNATURES[round], stage)[1] for stage in ("people", "panels")]


def case(name, value, pool, strata=None, panels=None, refused=None):
    it = {"name": name, "terms": jcs(value), "round": 1000, "signature": SIGNATURES[1000], "people": pool}
    if strata:
        it["strata"] = jcs(strata)
    if panels:
        it["panels"] = jcs(panels)
    if refused:
        it["refused"] = refused
    else:
        it |= draw(value, pool, strata, panels, *keys_of(value))
    return it


def stratified(pool, columns, give, reserves_total, replacement="rank", extra=(), seats=None):
    strata = strata_list(pool, columns, give, extra)
    total = sum(s["seats"] for s in strata["strata"]) if seats is None else seats
    method = {"columns": list(columns), "name": "stratified", "seats": total, "strata": sha256(jcs(strata).encode()).hex()}
    spare = sum(s["reserves"] for s in strata["strata"]) if reserves_total is None else reserves_total
    return make_terms(pool, method, spare, replacement), strata


def with_panels(pool, panels, reserves, replacement="beacon", **changes):
    counts = [sum(i in p for p in panels["panels"]) for i in range(len(pool["rows"]))]
    method = {"list": sha256(jcs(panels).encode()).hex(), "max_count": max(counts), "min_count": min(counts), "name": "panels",
              "panels": len(panels["panels"]), "seats": len(panels["panels"][0]), **changes}
    return make_terms(pool, method, reserves, replacement)


def main():
    dice = random.Random(2026)
    methods, replacements = [], []
    for n, seats, reserves in [(1, 1, 0), (7, 3, 2), (40, 10, 30), (600, 20, 5)]:
        pool = people(n, dice)
        methods.append(case(f"equal, {seats} + {reserves} of {n}", make_terms(pool, {"name": "equal", "seats": seats}, reserves), pool))
    for n, seats, reserves in [(12, 4, 2), (60, 20, 5), (60, 1, 0)]:
        pool = people(n, dice)
        methods.append(case(f"households, {seats} + {reserves} of {n}", make_terms(pool, {"name": "households", "seats": seats}, reserves), pool))
    pool = people(9, dice, households=False)
    methods.append(case("households, nobody with a tag", make_terms(pool, {"name": "households", "seats": 6}, 3), pool))
    pool = {**people(9, dice), "households": ["aa" * 16] * 9}
    methods.append(case("households, one for all", make_terms(pool, {"name": "households", "seats": 1}, 0), pool))
    for columns, give in [(["gender"], lambda v: (2, 1)), (["age", "gender"], lambda v: (1, 0)), (["gender", "age"], lambda v: (0, 1) if v[0] == "x" else (1, 1))]:
        pool = people(80, dice)
        if give(("x",) * len(columns))[0] or len(columns) == 2:
            keep = lambda row: row[1] != "x"
            rows = [(r, t) for r, t in zip(pool["rows"], pool["households"]) if keep(r)]
            pool = {**pool, "rows": [r for r, _ in rows], "households": [t for _, t in rows]}
        value, strata = stratified(pool, columns, give, None)
        methods.append(case("stratified by " + " and ".join(columns), value, pool, strata=strata))
    lists = []
    for n, m, seats, households, slack in [(12, 5, 4, False, 1), (30, 40, 6, True, 1), (24, 30, 5, False, 2), (6, 1, 6, False, 3)]:
        pool = people(n, dice)
        panels = panel_list(pool, m, seats, dice, households, slack)
        lists.append((pool, panels))
        methods.append(case(f"panels, {m} of {seats} from {n}", with_panels(pool, panels, min(4, n - seats)), pool, panels=panels))

    # Refused before sealing.
    bad = lambda why, kind, *a, **k: methods.append(case(why, *a, refused=kind, **k))
    pool = people(20, dice)
    value = make_terms(pool, {"name": "equal", "seats": 3}, 0)
    households = len({t for t in pool["households"] if t}) + pool["households"].count("")
    bad("one household too few", "households", make_terms(pool, {"name": "households", "seats": households}, 1), pool)
    methods.append(case("just enough households", make_terms(pool, {"name": "households", "seats": households - 1}, 1), pool))
    two = {**pool, "rows": [[a, "f" if i < 12 else "m"] for i, (a, _) in enumerate(pool["rows"])]}
    give = lambda v: (3, 1)
    value, strata = stratified(two, ["gender"], give, None)
    methods.append(case("stratified, two strata", value, two, strata=strata))
    other = {**two, "rows": two["rows"][:-1] + [["60+", "x"]]}
    bad("somebody in no listed stratum", "unlisted", value, other, strata=strata)
    value, strata = stratified(two, ["gender"], give, None, extra=[("x",)])
    bad("a listed stratum without people", "stratum", value, two, strata=strata)
    value, strata = stratified(two, ["gender"], lambda v: (0, 0) if v == ("x",) else (3, 1), None, extra=[("x",)])
    bad("a listed stratum without people and without seats", "stratum", value, two, strata=strata)
    value, strata = stratified(two, ["gender"], lambda v: (8, 1), None)
    bad("more seats and reserves than people in a stratum", "stratum", value, two, strata=strata)
    value, strata = stratified(two, ["gender"], give, None, seats=7)
    bad("seats that do not add up", "sum", value, two, strata=strata)
    value, strata = stratified(two, ["gender"], give, 3)
    bad("reserves that do not add up", "sum", value, two, strata=strata)
    value, strata = stratified(two, ["gender"], give, None)
    _, by_age = stratified(two, ["age"], give, None)
    bad("a strata list by other columns", "strata_columns", value, two, strata=by_age)
    for why, change in [("unsorted strata", lambda s: s.reverse()), ("a stratum twice", lambda s: s.append(s[-1])),
                        ("a value too many", lambda s: s[0]["values"].append("x"))]:
        broken = json.loads(jcs(strata))
        change(broken["strata"])
        bad(why, "artifact", value, two, strata=broken)
    bad("a strata list of another format", "artifact", value, two, strata={**strata, "format": "kleroterion/v2/strata"})
    pool, panels = lists[1]
    value = with_panels(pool, panels, 2)
    swap = lambda **changes: json.loads(jcs({**panels, **changes}))
    for why, kind, broken in [
        ("panels not in order", "artifact", swap(panels=panels["panels"][::-1])),
        ("members not ascending", "artifact", swap(panels=[panels["panels"][0][::-1]] + panels["panels"][1:])),
        ("a member twice", "artifact", swap(panels=[[panels["panels"][0][0]] + panels["panels"][0][:-1]] + panels["panels"][1:])),
        ("no panels", "artifact", swap(panels=[])),
        ("quotas not in order", "artifact", swap(quotas=panels["quotas"][::-1])),
        ("a quota twice", "artifact", swap(quotas=[panels["quotas"][0]] + panels["quotas"])),
        ("a minimum above its maximum", "artifact", swap(quotas=[{**panels["quotas"][0], "max": 0, "min": 1}] + panels["quotas"][1:])),
        ("a list of another format", "artifact", swap(format="kleroterion/v1/strata")),
        ("a panel too small", "panel", swap(panels=sorted([panels["panels"][0][:-1]] + panels["panels"][1:]))),
        ("a panel too large", "panel", swap(panels=sorted([sorted(set(panels["panels"][0]) | {max(set(range(30)) - set(panels["panels"][0]))})] + panels["panels"][1:]))),
        ("a member beyond the pool", "panel", swap(panels=sorted([panels["panels"][0][:-1] + [30]] + panels["panels"][1:]))),
        ("a quota that is not met", "panel", swap(quotas=[{**panels["quotas"][0], "max": 30, "min": 30}] + panels["quotas"][1:])),
        ("a value without a quota", "quota", swap(quotas=panels["quotas"][1:])),
        ("a quota by a private column", "column", swap(quotas=panels["quotas"] + [{"column": "name", "max": 6, "min": 0, "value": "x"}])),
        ("one panel fewer than the terms say", "counts", swap(panels=panels["panels"][1:])),
    ]:
        bad(why, kind, value, pool, panels=broken)
    bad("a lower bound that is not attained", "counts", with_panels(pool, panels, 2, min_count=value["method"]["min_count"] - 1)
        if value["method"]["min_count"] else with_panels(pool, panels, 2, max_count=value["method"]["max_count"] + 1), pool, panels=panels)
    bad("an upper bound that is not kept", "counts", with_panels(pool, panels, 2, max_count=value["method"]["max_count"] - 1), pool, panels=panels)
    mixed = {**pool, "households": ["bb" * 16] * len(pool["rows"])}
    bad("two of one household on a panel", "panel", value, mixed, panels=panels)
    write("methods", {
        "about": "Spec 7.1 to 7.4. terms: the JSON line of the terms. people: rows of public columns, and household tags by index ('' for none). strata, "
                 "panels: the artifacts. refused: which kind of fault is found before sealing.",
        "cases": methods,
    })

    def story(name, value, pool, strata=None, panels=None, waves=3, leave=2):
        key, panel_key = keys_of(value)
        first = draw(value, pool, strata, panels, key, panel_key)
        seated, passed, steps = list(first["drawn"]), [], []
        for wave in range(waves):
            leavers = sorted(dice.sample(sorted(seated), min(leave, len(seated))))
            it = {"leavers": leavers}
            if value["replacement"] == "beacon":
                round = [1234, 32000944, 32000947][wave % 3]
                text = text_of("vacate", {"after": digest("step %d" % wave), "beacon": {"chain": CHAIN_HASHES["quicknet"], "round": round},
                                          "draw": value["draw"], "draws_at": GENESIS + (round - 2) * 3, "log": LOG, "organiser": "eupen",
                                          "seats": [{"index": i, "reason": "declined"} for i in leavers]})
                salt = tagged("vacated", text.encode())
                key = seed_key(salt, round, SIGNATURES[round], "people")[1]
                it |= {"note": text, "round": round, "signature": SIGNATURES[round]}
            it["fills"] = replace(value, pool, strata, panels, key, seated, passed, leavers)
            it["seated_after"] = sorted(seated)
            steps.append(it)
        it = {"name": name, "terms": jcs(value), "round": 1000, "signature": SIGNATURES[1000], "people": pool, "drawn": first["drawn"], "steps": steps}
        if strata:
            it["strata"] = jcs(strata)
        if panels:
            it["panels"] = jcs(panels)
        replacements.append(it)

    for mode in ("rank", "beacon"):
        pool = people(30, dice)
        story(f"equal, {mode}", make_terms(pool, {"name": "equal", "seats": 6}, 2, mode), pool)
        pool = people(8, dice)
        story(f"equal until nobody is left, {mode}", make_terms(pool, {"name": "equal", "seats": 5}, 0, mode), pool, waves=4)
        pool = people(24, dice)
        story(f"households, {mode}", make_terms(pool, {"name": "households", "seats": 6}, 1, mode), pool)
        tight = {**people(10, dice), "households": ["%02x" % (i % 4) * 16 for i in range(9)] + [""]}
        story(f"households, few addresses, {mode}", make_terms(tight, {"name": "households", "seats": 5}, 0, mode), tight, waves=4)
        pool = people(40, dice)
        pool["rows"] = [[a, "m" if g == "x" else g] for a, g in pool["rows"]]
        value, strata = stratified(pool, ["gender"], lambda v: (4, 1), None, mode)
        story(f"stratified, {mode}", value, pool, strata=strata)
        small = {**pool, "rows": pool["rows"][:8], "households": pool["households"][:8]}
        value, strata = stratified(small, ["gender"], lambda v: (1, 0), None, mode)
        story(f"stratified until a stratum is empty, {mode}", value, small, strata=strata, waves=5)
        for n, m, seats, households, slack in [(30, 20, 8, True, 1), (30, 20, 8, False, 0), (16, 6, 6, True, 2)]:
            pool = people(n, dice)
            panels = panel_list(pool, m, seats, dice, households, slack)
            story(f"panels of {seats} from {n}, {mode}", with_panels(pool, panels, 0, mode), pool, panels=panels, waves=3, leave=3)
    write("replacement", {
        "about": "Spec 7.5, after a draw of spec 7. In mode beacon each step has the text of its vacate note and its own round.",
        "cases": replacements,
    })


if __name__ == "__main__":
    main()
