"""What bundles.json, log.json, sequences.json and fraud.json are made of: a log with its keys, a pool, terms, a draw, proofs and checkpoints. Independent of the Rust code, as common.py."""
from beacon import CHAIN_HASHES, QUICKNET, chains
from common import *

# What a draw by `equal` without trust, vacancies or anything else out of the ordinary leaves without an answer.
SKIPPED = ["log.consistency", "log.witnesses", "time.tokens", "pool.table", "pool.from", "panels.quotas", "panels.counts", "panels.certificate", "replacements.rule"]
CHAIN = CHAIN_HASHES["quicknet"]
SIGNATURES = dict(QUICKNET)
GENESIS = 1692803367
COLUMNS = {"household": [], "id": "number", "private": ["name"], "public": ["town"]}
PEOPLE = [{"number": str(i), "name": f"n{i}", "town": ["Eupen", "Kelmis", "Raeren"][i % 3]} for i in range(7)]
POOL_KEY = b"\1" * 32


def statuses(exit=0, failed=(), also=(), ran=()):
    """The status of every check, for a vector: all others pass. `also` is skipped as well, `ran` passes as well."""
    skipped = [id for id in SKIPPED if id not in ran and id not in failed] + list(also)
    return {"exit": exit, "failed": sorted(failed), "skipped": sorted(skipped)}


def b64(data):
    return base64.b64encode(data).decode()


def name_of(text):
    return sha256(text.encode()).hex()


def typed_vkey(name, public, kind=1):
    body = bytes([kind]) + public
    return f"{name}+{sha256(name.encode() + chr(10).encode() + body)[:4].hex()}+{b64(body)}"


# --- proofs, RFC 6962

def _split(n):
    k = 1
    while 2 * k < n:
        k *= 2
    return k


def head(leaves):
    return root(leaves) if leaves else sha256(b"")


def inclusion(m, leaves):
    if len(leaves) == 1:
        return []
    k = _split(len(leaves))
    return inclusion(m, leaves[:k]) + [root(leaves[k:])] if m < k else inclusion(m - k, leaves[k:]) + [root(leaves[:k])]


def consistency(m, leaves, whole=True):
    if m == len(leaves):
        return [] if whole else [root(leaves)]
    if m == 0:
        return []
    k = _split(len(leaves))
    if m <= k:
        return consistency(m, leaves[:k], whole) + [root(leaves[k:])]
    return consistency(m - k, leaves[k:], False) + [root(leaves[:k])]


class Witness(Key):
    """A key of the C2SP cosignature/v1, signature type 0x04."""

    def __init__(self, name, seed):
        super().__init__(name, seed)
        self.vkey = typed_vkey(name, self.public, 4)
        self.id = bytes.fromhex(self.vkey[len(name) + 1:len(name) + 9])

    def at(self, time):
        return lambda text: self._cosign(text, time)

    def _cosign(self, text, time):
        line = self.line(f"cosignature/v1\ntime {time}\n{text}")
        signature = base64.b64decode(line.split(" ")[2])[4:]
        return f"\u2014 {self.name} {b64(self.id + struct.pack('>Q', time) + signature)}\n"


def checkpoint(origin, leaves, lines, extension=""):
    text = f"{origin}\n{len(leaves)}\n{b64(head(leaves))}\n{extension}"
    return text + "\n" + "".join(line(text) for line in lines)


def tlog_proof(index, leaves, signed):
    return f"c2sp.org/tlog-proof@v1\nindex {index}\n" + "".join(b64(h) + "\n" for h in inclusion(index, leaves)) + "\n" + signed


class Pool:
    def __init__(self, people=PEOPLE, columns=COLUMNS):
        self.columns, self.size = columns, len(people)
        self.entries = sorted((self._entry(p) for p in people), key=lambda e: e[2])
        self.leaves = [e[2] for e in self.entries]
        self.root = root(self.leaves).hex()
        self.table = "kleroterion/v1/table\n" + "".join(f"{e[0].hex()} {jcs(e[1])}\n" for e in self.entries)

    def _entry(self, person):
        id = person[self.columns["id"]]
        salt = hmac.new(POOL_KEY, b"salt" + id.encode(), hashlib.sha256).digest()
        private = tagged("person", salt, jcs({"id": id, "row": {c: person[c] for c in self.columns["private"]}}).encode())
        public = {"row": {c: person[c] for c in self.columns["public"]}}
        return private, public, leaf_hash(private + jcs(public).encode()), person

    def opening(self, i):
        return {"index": i, "private": self.entries[i][0].hex(), "proof": [b64(h) for h in inclusion(i, self.leaves)], "public": self.entries[i][1]}


def stage_key(salt, round, stage="people"):
    prk = hkdf_extract(salt, bytes.fromhex(CHAIN) + struct.pack(">Q", round) + sha256(bytes.fromhex(SIGNATURES[round])))
    return hkdf_expand(prk, b"kleroterion/v1/tickets/" + stage.encode())


CLERK, MAYOR = Key("eupen/clerk", b"\2" * 32), Key("eupen/mayor", b"\3" * 32)


class Log:
    """A log, opened and with one organiser enrolled."""

    def __init__(self, origin="ex.org/log", opened={}, before=lambda log: None, at=GENESIS + 10):
        self.key, self.service = Key(origin, b"\x0a" * 32), Key("ex.org/service", b"\x0b" * 32)
        self.origin, self.entries, self.pool = origin, [], Pool()
        before(self)
        self.add(at, "opened", log=self.key.vkey, protocol="kleroterion/v1", service=self.service.vkey, **opened)
        self.organiser = self.enrol(at + 10)

    def leaves(self, size=None):
        return [leaf_hash(e.encode()) for e in self.entries[:size]]

    def add(self, time, kind, **members):
        prev = self.leaves()[-1].hex() if self.entries else 64 * "0"
        self.entries.append(note("step", {"kind": kind, "prev": prev, "seq": len(self.entries), "time": time, **members}, [self.service]))
        return self.leaves()[-1].hex()

    def enrol(self, time):
        value = {"id": "eupen", "keys": sorted([CLERK.vkey, MAYOR.vkey]), "log": self.origin, "name": "Eupen", "threshold": 1, "version": 1}
        return self.add(time, "organiser", note=note("organiser", value, [CLERK, MAYOR]))

    def about(self, draw, **members):
        return {"draw": draw, "log": self.origin, "organiser": "eupen", **members}

    def announce(self, draw="d1", time=GENESIS + 30, draws_at=GENESIS + 120, attempt=1, previous=None, purpose="p"):
        value = self.about(draw, attempt=attempt, draws_at=draws_at, postponed=0, purpose=purpose, title={"de": "x"})
        if previous:
            value["previous"] = previous
        return self.add(time, "announced", draw=draw, note=note("announce", value, [CLERK]))

    def terms(self, draw="d1", pool=None, method=None, round=42, draws_at=GENESIS + 120, attempt=1, previous=None, purpose="p", reserves=1, replacement="none", draw_by=None, **of_pool):
        pool = pool or self.pool
        value = self.about(
            draw, attempt=attempt, beacon={"chain": CHAIN, "round": round}, draw_by=draw_by or draws_at + 99999, draws_at=draws_at,
            method=method or {"name": "equal", "seats": 2}, pool={"columns": pool.columns, "root": pool.root, "size": pool.size, **of_pool},
            purpose=purpose, replacement=replacement, reserves=reserves, title={"de": "x"})
        if previous:
            value["previous"] = previous
        signed = note("terms", value, [CLERK])
        return value, signed, tagged("terms", text_of("terms", value).encode())

    def seal(self, terms, time=GENESIS + 40):
        return self.add(time, "sealed", draw=terms[0]["draw"], organiser=self.organiser, terms=terms[1])

    def outcome(self, terms, pool=None):
        pool, value = pool or self.pool, terms[0]
        order = in_order(stage_key(terms[2], value["beacon"]["round"]), range(pool.size))
        seats, reserves = value["method"]["seats"], value["reserves"]
        shown = lambda who: [pool.opening(i) for i in who]
        return jcs({"draw": value["draw"], "drawn": shown(order[:seats]), "format": "kleroterion/v1/outcome",
                    "reserves": shown(order[seats:seats + reserves]), "terms": terms[2].hex()})

    def drawn(self, terms, outcome, time=GENESIS + 130):
        round = terms[0]["beacon"]["round"]
        return self.add(time, "drawn", draw=terms[0]["draw"], outcome=name_of(outcome), round=round, signature=SIGNATURES[round], terms=terms[2].hex())

    def void(self, draw, reason="terms_error", time=GENESIS + 130, round=None):
        shown = {"round": round, "signature": SIGNATURES[round]} if round else {}
        return self.add(time, "voided", draw=draw, note=note("void", self.about(draw, reason=reason), [CLERK]), reason=reason, **shown)

    def change_key(self, new, time):
        value = {"log": self.origin, "new": new.vkey, "old": self.key.vkey, "role": "log"}
        self.add(time, "key", note=note("key", value, [self.key, new]))
        self.key = new

    def change_service(self, new, time):
        value = {"log": self.origin, "new": new.vkey, "old": self.service.vkey, "role": "service"}
        self.add(time, "key", note=note("key", value, [self.service, new]))
        self.service = new

    def annul(self, draw, after, time):
        return self.add(time, "annulled", draw=draw, note=note("annul", self.about(draw, after=after, reason="complaint"), [CLERK]))

    def whole(self, draw="d1", pool=None, time=GENESIS + 30, **of_terms):
        """Announced, sealed, drawn. Gives terms and outcome."""
        pool = pool or self.pool
        draws_at = of_terms.get("draws_at", GENESIS + 120)
        self.announce(draw, time, draws_at, purpose=of_terms.get("purpose", "p"))
        terms = self.terms(draw, pool, **of_terms)
        self.seal(terms, time + 10)
        outcome = self.outcome(terms, pool)
        self.drawn(terms, outcome, draws_at + 10)
        return terms, outcome

    def bundle(self, artifacts, draw="d1", steps=None, lines=None, seen={}, tokens={}, size=None):
        """`seen`: for a step, the size of the earlier checkpoint that shows it, and who signed that. `size`: that of the newest checkpoint."""
        leaves = self.leaves(size)
        signed = checkpoint(self.origin, leaves, lines or [self.key.line])
        out = []
        for i in range(len(leaves)) if steps is None else steps:
            step = {"entry": self.entries[i], "proof": tlog_proof(i, leaves, signed)}
            if i in seen:
                size, by = seen[i]
                earlier = checkpoint(self.origin, leaves[:size], by or [self.key.line])
                step["witnessed"] = {"consistency": [b64(h) for h in consistency(size, leaves)], "proof": tlog_proof(i, leaves[:size], earlier)}
                if i in tokens:
                    step["witnessed"]["tokens"] = [b64(tokens[i](earlier[:earlier.index("\n\n") + 1]))]
            out.append(step)
        return jcs({"artifacts": {name_of(a): a for a in artifacts}, "draw": draw, "format": "kleroterion/v1/bundle", "log": self.key.vkey, "steps": out}) + "\n"

    def trust(self, **more):
        return {"format": "kleroterion/v1/trust", "log": self.key.vkey, "service": self.service.vkey, **more}
