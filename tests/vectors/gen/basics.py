"""tagged.json, jcs.json, rounds.json, seed.json, tickets.json, allocation.json."""
from fractions import Fraction

from beacon import QUICKNET, chain_hash, chains
from common import *

CHAIN = bytes.fromhex(chain_hash(chains[0]))


def seed_key(salt, round, signature, stage):  # spec 5.1
    ikm = CHAIN + struct.pack(">Q", round) + sha256(bytes.fromhex(signature))
    prk = hkdf_extract(salt, ikm)
    return prk, hkdf_expand(prk, b"kleroterion/v1/tickets/" + stage.encode())


def allocate(seats, claims):
    """Spec 7.3, literally: whoever would get more than their capacity gets exactly that, and the others are allocated again."""
    given = [0] * len(claims)
    open_ = [i for i, (people, _) in enumerate(claims) if people]
    left = seats
    while open_:
        total = sum(claims[i][0] for i in open_)
        share = {i: Fraction(left * claims[i][0], total) for i in open_}
        got = {i: int(share[i]) for i in open_}
        by_remainder = sorted(open_, key=lambda i: (-(share[i] - got[i]), -claims[i][0], i))
        for i in by_remainder[:left - sum(got.values())]:
            got[i] += 1
        over = [i for i in open_ if claims[i][1] is not None and got[i] > claims[i][1]]
        if not over:
            for i in open_:
                given[i] = got[i]
            return given
        for i in over:
            given[i] = claims[i][1]
            left -= given[i]
        open_ = [i for i in open_ if i not in over]
    return given if left == 0 else None


def main():
    write("tagged", {
        "about": "Spec 1: tagged(label, parts...), parts in hex.",
        "cases": [{"label": label, "parts": [x.hex() for x in parts], "hash": tagged(label, *parts).hex()} for label, parts in [
            ("terms", []), ("terms", [b""]), ("terms", [b"", b""]), ("terms", [b"ab"]), ("terms", [b"a", b"b"]), ("terms", [b"", b"ab"]),
            ("vacated", [b"ab"]), ("person", [bytes(32), b'{"id":"1","row":{}}']), ("code_check", [bytes(range(15))]),
            ("t", [bytes(300)]), ("", [b"x"]),
        ]],
    })

    escapes = "".join(map(chr, range(0x20))) + '"\\/\x7f\u2028é\U0001F600'
    write("jcs", {
        "about": "Spec 1: texts that are canonical, and texts that are not, though most JSON readers take them.",
        "canonical": [jcs(v) for v in [
            {}, [], "", True, False, 0, 2**53 - 1, {"a": 1, "b": [True, False, {}]}, escapes,
            {"\U0001F600": 1, "\ue000": 2, "": 3, "a": 4, "A": 5, "é": 6, "e\u0301": 7, "10": 8, "9": 9},
            {"\u0080": "x", "\r": "y", "1": "z", "\u20ac": "\u20ac", "\ufb33": "\udbff\udfff".encode("utf-16", "surrogatepass").decode("utf-16")},
            [[[[]]]], ["</script>", "a b", " "],
        ]],
        "refused": [
            '{"b":1,"a":2}', '{"a":1,"a":1}', '{"a":1,"a":2}', '{"a": 1}', ' {}', '{}\n', '{}{}', '[1,]', '[1 ]', '"\\u00e9"', '"\\/"', '"\\u000A"',
            '"\\u000a"', '"\\u001F"', '"\n"', '"\x1f"', '"\\ud83d"', '"\\ude00\\ud83d"', '"\\ud83d\\ude00"', "01", "1.0", "1e0", "1E3", "-0", "-1", "0.5",
            "9007199254740992", "18446744073709551616", "1e400", "null", '[null]', '{"a":null}', "NaN", "'a'", "{a:1}", "", "tru", '"a', "[", '{"a":',
            '{"\ue000":2,"\U0001F600":1}', "\ufeff{}", "[1]//", '"\\x41"', '"\\u00E9"',
        ],
    })

    cases = []
    for genesis, period in [(1692803367, 3), (1595431050, 30), (0, 1), (1000, 7)]:
        for at in [genesis, genesis + 1, genesis + period - 1, genesis + period, genesis + period + 1, genesis + 10 * period,
                   genesis + 1000 * period - 1, 1800000000, 2**53 - 2 * period - 2, 2**53 - 2 * period, 2**53 - period - 1, 2**53 - 1, genesis - 1]:
            round = (at - genesis) // period + 2
            time = genesis + (round - 1) * period
            it = {"genesis": genesis, "period": period, "draws_at": at}
            if at < 0:
                continue
            if at >= genesis and time < 2**53:
                assert time > at and time - period <= at
                it |= {"round": round, "time": time}
            cases.append(it)
    write("rounds", {"about": "Spec 3: the round that draws_at commits to, and its time. Without a round: refused.", "cases": cases})

    text = "kleroterion/v1/terms\n{\"not\":\"terms, but a text\"}\n"
    vacate = "kleroterion/v1/vacate\n{\"not\":\"a note, but a text\"}\n"
    cases = []
    for round, signature in QUICKNET[:5]:
        for label, words in (("terms", text), ("vacated", vacate)):
            salt = tagged(label, words.encode())
            prk, people = seed_key(salt, round, signature, "people")
            _, panels = seed_key(salt, round, signature, "panels")
            cases.append({"label": label, "text": words, "salt": salt.hex(), "chain": "quicknet", "round": round, "signature": signature,
                          "prk": prk.hex(), "people": people.hex(), "panels": panels.hex()})
    write("seed", {"about": "Spec 5.1: from a text and a round to the keys of both stages.", "cases": cases})

    cases = []
    for key in (bytes(32), bytes(range(32)), sha256(b"tickets")):
        at = [0, 1, 2, 3, 4, 5, 7, 255, 256, 257, 1023, 1024, 65535, 10**6, 10**7 - 1, 2**31, 2**32 - 2]
        cases.append({"key": key.hex(), "tickets": [[i, "%032x" % ticket(key, i)] for i in at],
                      "first_1000": sha256(b"".join(ticket(key, i).to_bytes(16, "big") for i in range(1000))).hex(),
                      "order_of_300": in_order(key, range(300))})
    write("tickets", {"about": "Spec 6. first_1000: SHA-256 of tickets 0 to 999, 16 bytes each. order_of_300: people 0 to 299 by (ticket, index).",
                      "cases": cases})

    cases = []
    for seats, claims in [
        (100, [(410, None), (365, None), (225, None)]), (1, [(5, None), (5, None)]), (1, [(1, None), (3, None), (3, None)]),
        (10, [(9, 3), (1, None)]), (10, [(5, 1), (3, None), (2, None)]), (10, [(5, 1), (3, 4), (2, None)]), (7, [(0, None), (1, None)]),
        (0, [(1, None)]), (24, [(6373, None), (6374, 3), (6373, None), (17, None)]), (9, [(9, 3), (1, 2)]), (5, [(9, 3), (1, 2)]),
        (30, [(1, 0), (1, None), (1, None)]), (17, [(10**15, None), (10**15 + 1, None), (3, None)]),
        (1000, [(n * n + 1, None if n % 3 else n) for n in range(60)]), (12, [(2, 1), (2, 1), (2, 1), (1, None)]),
        (8, [(6, 2), (3, 3), (3, None), (1, None)]), (4, [(1, 1), (1, 1), (1, 1), (1, 1)]), (3, [(2, None), (2, None), (2, None), (2, None)]),
    ]:
        it = {"seats": seats, "claims": [{"population": n} | ({} if c is None else {"capacity": c}) for n, c in claims]}
        given = allocate(seats, claims)
        if given is not None and sum(given) == seats:
            it["given"] = given
        cases.append(it)
    write("allocation", {"about": "Spec 7.3, allocation by largest remainder. Without given: impossible.", "cases": cases})


if __name__ == "__main__":
    main()
