"""beacon.json: rounds that drand published, and neighbours of theirs that must be refused.

The rounds are public (any drand relay serves them: /<chain hash>/public/<round>). What is computed here: encodings that are no longer
canonical, points outside the prime-order subgroup, among them a valid signature plus a point of small order, which satisfies the
pairing equation and would give other randomness.
"""
from common import *

# round, signature
QUICKNET = [
    (1, "b55e7cb2d5c613ee0b2e28d6750aabbb78c39dcc96bd9d38c2c2e12198df95571de8e8e402a0cc48871c7089a2b3af4b"),
    (2, "b6b6a585449b66eb12e875b64fcbab3799861a00e4dbf092d99e969a5eac57dd3f798acf61e705fe4f093db926626807"),
    (42, "95a9f9f5b231b7714de1553105d8ffdf3dcda24cfdb1e689319bccf79a9c8ce430a91b811fbfaf763900bc998b5d686a"),
    (1000, "b44679b9a59af2ec876b1a6b1ad52ea9b1615fc3982b19576350f93447cb1125e342b73a8dd2bacbe47e4b6b63ed5e39"),
    (1234, "a81d4aad15461a0a02b43da857be1d782a2232a3c7bb370a2763e95ce1f2628460b24de2cee7453cd12e43c197ea2f23"),
    (32000944, "82c24a752fdec1184a7cfeb267326d960f94f74262fc98f108ea0703c8f98d26164e0b58e4e1d79ae70cde48283b7721"),
    (32000947, "91050ad8506562367b569959130e276e410fb956a3c4d7761cfd072a3aab7832d38768b4d68004f98b2aa248483d6720"),
]
# round, previous signature (the genesis seed for round 1), signature
DEFAULT = [
    (1, "176f93498eac9ca337150b46d21dd58673ea4e3581185f869672e59fa4cb390a",
     "8d61d9100567de44682506aea1a7a6fa6e5491cd27a0a0ed349ef6910ac5ac20ff7bc3e09d7c046566c9f7f3c6f3b10104990e7cb424998203d8f7de586fb7fa5f60045417a432684f85093b06ca91c769f0e7ca19268375e659c2a2352b4655"),
    (2, "8d61d9100567de44682506aea1a7a6fa6e5491cd27a0a0ed349ef6910ac5ac20ff7bc3e09d7c046566c9f7f3c6f3b10104990e7cb424998203d8f7de586fb7fa5f60045417a432684f85093b06ca91c769f0e7ca19268375e659c2a2352b4655",
     "aa18facd2d51b616511d542de6f9af8a3b920121401dad1434ed1db4a565f10e04fad8d9b2b4e3e0094364374caafe9b10478bf75650124831509c638b5a36a7a232ec70289f8751a2adb47fc32eb70b57dc81c39d48cbcac9fec46cdfc31663"),
    (3, "aa18facd2d51b616511d542de6f9af8a3b920121401dad1434ed1db4a565f10e04fad8d9b2b4e3e0094364374caafe9b10478bf75650124831509c638b5a36a7a232ec70289f8751a2adb47fc32eb70b57dc81c39d48cbcac9fec46cdfc31663",
     "a7b0877eaea7a0222f4c39a2c03434c34f5fe3ea47c533d24b88e5c3053b84775ccb78e984addcb55173f40428513f280cc6e0fccc3c89bb1625c7c0b477deb6faae43fc6ec036f09233bf38da16586b3042dd01a7e9ed97c8bafa343cc6071e"),
    (1337, "80d95247ddf1bb3acf5738497a5f10406be283144603f63d714bb1a44ff6b93285ae2697fffeb50c68862bd9fbecd4b204b1798d2686b4ac5d573615031d9d67e6168bde9a7adf1161430a498ca701a25c216aee3e38ffd5290369034fa050a2",
     "945b08dcb30e24da281ccf14a646f0630ceec515af5c5895e18cc1b19edd65d156b71c776a369af3487f1bc6af1062500b059e01095cc0eedce91713977d7735cac675554edfa0d0481bb991ed93d333d08286192c05bf6b65d20f23a37fc7bb"),
    (72785, "a609e19a03c2fcc559e8dae14900aaefe517cb55c840f6e69bc8e4f66c8d18e8a609685d9917efbfb0c37f058c2de88f13d297c7e19e0ab24813079efe57a182554ff054c7638153f9b26a60e7111f71a0ff63d9571704905d3ca6df0b031747",
     "82f5d3d2de4db19d40a6980e8aa37842a0e55d1df06bd68bddc8d60002e8e959eb9cfa368b3c1b77d18f02a54fe047b80f0989315f83b12a74fd8679c4f12aae86eaf6ab5690b34f1fddd50ee3cc6f6cdf59e95526d5a5d82aaa84fa6f181e42"),
    (2634945, "8bd96294383b4d1e04e736360bd7a487f9f409f1e7bd800b720656a310d577b3bdb1e1631af6c5782a1d8979c502f395036181eff4058960fc40bb7034cdae1991d3eda518ab204a077d2f7e724974cf87b407e549bd815cf0b8e5a3832f675d",
     "814778ed1e480406beb43b74af71ce2f0373e0ea1bfdfea8f9ed62c876c20fcbc7f0163860e3da42ed2148756015f4551451898ffe06d384b4d002245025571b6b7a752f7158b40ad92b13b6d703ad31922a617f2c7f6d960b84d56cf1d79eef"),
]
# A round of drand's retired chain fastnet, whose suite is another.
FASTNET_1 = "9544ddce2fdbe8688d6f5b4f98eed5d63eee3902e7e162050ac0f45905a55657714880adabe3c3096b92767d886567d0"

p = 0x1A0111EA397FE69A4B1BA7B6434BACD764774B84F38512BF6730D2A0F6B0F6241EABFFFEB153FFFFB9FEFFFFFFFFAAAB
r = 0x73EDA753299D7D483339D80809A1D80553BDA402FFFE5BFEFFFFFFFF00000001
H2 = 0x5D543A95414E7F1091D50792876A202CD91DE4547085ABAA68A205B2E5A7DDFA628F1CB4D9E82EF21537E293A6691AE1616EC6E786F0C70CF1C38E31C7238E5
MASK = (1 << 381) - 1


class F2(tuple):
    """Fp[i] with i^2 = -1."""
    def __new__(cls, a, b=0): return super().__new__(cls, (a % p, b % p))
    def __add__(a, b): return F2(a[0] + b[0], a[1] + b[1])
    def __sub__(a, b): return F2(a[0] - b[0], a[1] - b[1])
    def __mul__(a, b): return F2(a[0] * b[0] - a[1] * b[1], a[0] * b[1] + a[1] * b[0])
    def inverse(a):
        n = pow(a[0] * a[0] + a[1] * a[1], -1, p)
        return F2(a[0] * n, -a[1] * n)
    def greater(a):
        return a[1] > (p - 1) // 2 if a[1] else a[0] > (p - 1) // 2
    def root(a):
        if a[1] == 0:
            s = pow(a[0], (p + 1) // 4, p)
            return F2(s) if s * s % p == a[0] else None
        norm = a[0] * a[0] + a[1] * a[1]
        s = pow(norm, (p + 1) // 4, p)
        for s in (s, -s):
            t = (a[0] + s) * pow(2, -1, p) % p
            u = pow(t, (p + 1) // 4, p)
            if u and u * u % p == t:
                return F2(u, a[1] * pow(2 * u, -1, p))
        return None


def add(a, b):
    if a is None or b is None:
        return a or b
    (x1, y1), (x2, y2) = a, b
    if x1 == x2:
        if y1 != y2 or y1 == F2(0):
            return None
        slope = F2(3) * x1 * x1 * (F2(2) * y1).inverse()
    else:
        slope = (y2 - y1) * (x2 - x1).inverse()
    x3 = slope * slope - x1 - x2
    return x3, slope * (x1 - x3) - y1


def mul(n, point):
    out = None
    while n:
        if n & 1:
            out = add(out, point)
        point, n = add(point, point), n >> 1
    return out


def encode(point, g2):
    (x, y) = point
    first = x[1] if g2 else x[0]
    head = (1 << 383 | int(y.greater()) << 381 | first).to_bytes(48, "big")
    return (head + x[0].to_bytes(48, "big") if g2 else head).hex()


def decode(text, g2):
    data = bytes.fromhex(text)
    first = int.from_bytes(data[:48], "big")
    x = F2(int.from_bytes(data[48:], "big"), first & MASK) if g2 else F2(first & MASK)
    y = (x * x * x + (F2(4, 4) if g2 else F2(4))).root()
    point = x, y if y.greater() == bool(first >> 381 & 1) else F2(0) - y
    assert encode(point, g2) == text
    return point


def some_point(g2):
    """The first point of the curve by x; the curve's cofactor is so large that it is not in the subgroup."""
    n = 1
    while True:
        x = F2(n, 1) if g2 else F2(n)
        y = (x * x * x + (F2(4, 4) if g2 else F2(4))).root()
        if y:
            return x, y
        n += 1


SMALL_G1 = (F2(0), F2(2))  # order 3
assert mul(3, SMALL_G1) is None
SMALL_G2 = mul(r * H2 // 169, some_point(True))  # order 13
assert SMALL_G2 and mul(13, SMALL_G2) is None

good, bad = [], []


def case(chain, round, signature, previous=None, why=None):
    it = {"chain": chain, "round": round, "signature": signature}
    if previous is not None:
        it["previous_signature"] = previous
    if why is None:
        it["randomness"] = sha256(bytes.fromhex(signature)).hex()
        good.append(it)
    else:
        bad.append({"why": why, **it})


for round, signature in QUICKNET:
    case("quicknet", round, signature)
for round, previous, signature in DEFAULT:
    case("default", round, signature, previous)

sig = dict(QUICKNET)
s = sig[1000]
flip = lambda text, bit: (int(text, 16) ^ 1 << bit).to_bytes(len(text) // 2, "big").hex()
Q = lambda round, signature, why, previous=None: case("quicknet", round, signature, previous, why)
Q(0, s, "there is no round 0")
Q(1001, s, "the round after the one that was signed")
Q(1000, sig[42], "the signature of another round")
Q(1000, flip(s, 0), "last bit of x")
Q(1000, flip(s, 381), "the sign of y: the negative of the signature")
Q(1000, flip(s, 383), "the flag of compression is missing")
Q(1000, "c0" + 47 * "00", "the identity")
Q(1000, 48 * "00", "zeros")
Q(1000, s[:-2], "47 bytes")
Q(1000, s + "00", "49 bytes")
Q(1000, "", "empty")
Q(1000, s, "a previous signature on an unchained beacon", sig[42])
Q(1000, s, "an empty previous signature on an unchained beacon", "")
point = decode(s, False)
x, y = point
Q(1000, (x[0].to_bytes(48, "big") + y[0].to_bytes(48, "big")).hex(), "the same point, not compressed")
Q(1000, encode(add(point, SMALL_G1), False), "the signature plus a point of order 3: the pairing equation holds")
Q(1000, encode(SMALL_G1, False), "a point of order 3")
Q(1000, encode(some_point(False), False), "a point outside the subgroup")
late = int(sig[32000944], 16)
assert (late & MASK) + p <= MASK
Q(32000944, (late + p).to_bytes(48, "big").hex(), "x + p: the same point, not canonical")
Q(1, FASTNET_1, "a round of another chain")
d = {round: (previous, signature) for round, previous, signature in DEFAULT}
previous, s = d[72785]
C = lambda round, signature, previous, why: case("default", round, signature, previous, why)
C(72785, s, flip(previous, 760), "another previous signature")
C(321, s, previous, "another round")
C(72785, s, None, "no previous signature")
C(72785, s, "", "an empty previous signature")
C(72785, d[1][1], previous, "the signature of another round")
C(72785, s[:-2], previous, "95 bytes")
C(72785, s + "00", previous, "97 bytes")
C(72785, s, previous[:-2], "95 bytes of previous signature")
C(72785, s, d[1][0], "the genesis seed as previous signature of a later round")
C(72785, "c0" + 95 * "00", previous, "the identity")
C(72785, flip(s, 383 + 384), previous, "the flag of compression is missing")
C(72785, encode(add(decode(s, True), SMALL_G2), True), previous,
  "the signature plus a point of order 13: the pairing equation holds")
C(1, d[1][1], d[2][0], "round 1 after a signature")
C(1, d[1][1], 32 * "00", "round 1 after another seed")

G = "0f" * 32
chains = [
    {"beacon_id": "quicknet", "genesis": 1692803367, "genesis_seed": "f477d5c89f21a17c863a7f937c6a6d15859414d2be09cd448d4279af331c5d3e",
     "period": 3, "public_key": "83cf0f2896adee7eb8b5f01fcad3912212c437e0073e911fb90022d3e760183c8c4b450b6a0a6c3ac6a5776a2d1064510d1fec758c921cc22b0e17e63aaf4bcb5ed66304de9cf809bd274ca73bab4af5a6e9c76a4bc09e76eae8991ef5ece45a",
     "scheme": "bls-unchained-g1-rfc9380"},
    {"beacon_id": "default", "genesis": 1595431050, "genesis_seed": "176f93498eac9ca337150b46d21dd58673ea4e3581185f869672e59fa4cb390a",
     "period": 30, "public_key": "868f005eb8e6e4ca0a47c8a77ceaa5309a47978a7c71bc5cce96366b5d7a569937c529eeda66c7293784a9402801af31",
     "scheme": "pedersen-bls-chained"},
]
for beacon_id in ("rehearsal", "", "default"):
    chains.append({**chains[0], "beacon_id": beacon_id, "genesis": 1000, "genesis_seed": G, "period": 7})


def chain_hash(c):
    name = b"" if c["beacon_id"] == "default" else c["beacon_id"].encode()
    return sha256(struct.pack(">IQ", c["period"], c["genesis"]) + bytes.fromhex(c["public_key"] + c["genesis_seed"]) + name).hex()


CHAIN_HASHES = {c["beacon_id"]: chain_hash(c) for c in chains[:2]}
key = chains[0]["public_key"]
refused_chains = [
    ("period of zero", {**chains[2], "period": 0}),
    ("key of the wrong length", {**chains[2], "public_key": key[:-2]}),
    ("key that is the identity", {**chains[2], "public_key": "c0" + 95 * "00"}),
    ("key outside the subgroup", {**chains[2], "public_key": encode(some_point(True), True)}),
    ("upper-case key", {**chains[2], "public_key": key.upper()}),
    ("seed of the wrong length", {**chains[2], "genesis_seed": G[:-2]}),
    ("chained, and not the default chain", {**chains[1], "genesis": 1595431051}),
    ("unknown scheme", {**chains[2], "scheme": "bls-unchained-on-g1"}),
]

if __name__ == "__main__":
    write("beacon", {
        "about": "Spec 5.2. chains: canonical chain information and its hash. rounds: accepted, with their randomness. refused: not accepted.",
        "chains": [{"info": jcs(c), "hash": chain_hash(c)} for c in chains],
        "refused_chains": [{"why": why, "info": jcs(c)} for why, c in refused_chains],
        "rounds": good,
        "refused": bad,
    })
