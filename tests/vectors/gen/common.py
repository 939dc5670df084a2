"""The protocol's primitives a second time, from their own specifications and with Python's standard library alone.

Run in this folder: for f in beacon basics notes draws certificate bundles fraud whole sequences; do python3 $f.py; done. `cargo test` needs the files that they write, not Python.
Nothing here was written by looking at the Rust code: the vectors are worth something only as long as that stays true.
"""
import base64, hashlib, hmac, json, os, struct

HERE = os.path.dirname(os.path.abspath(__file__))


def sha256(data):
    return hashlib.sha256(data).digest()


def tagged(label, *parts):  # spec 1
    out = b"kleroterion/v1/" + label.encode() + b"\0"
    for part in parts:
        out += struct.pack(">Q", len(part)) + part
    return sha256(out)


# --- JSON: RFC 8785, restricted as in spec 1

def jcs_string(text):
    short = {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r"}
    out = ['"']
    for c in text:
        out.append(short[c] if c in short else "\\u%04x" % ord(c) if ord(c) < 0x20 else c)
    return "".join(out) + '"'


def jcs(value):
    if value is True:
        return "true"
    if value is False:
        return "false"
    if isinstance(value, int):
        assert 0 <= value < 2**53
        return str(value)
    if isinstance(value, str):
        return jcs_string(value)
    if isinstance(value, list):
        return "[" + ",".join(jcs(v) for v in value) + "]"
    if isinstance(value, dict):
        names = sorted(value, key=lambda n: n.encode("utf-16-be", "surrogatepass"))
        return "{" + ",".join(jcs_string(n) + ":" + jcs(value[n]) for n in names) + "}"
    raise TypeError(type(value))


# --- HKDF, RFC 5869

def hkdf_extract(salt, ikm):
    return hmac.new(salt, ikm, hashlib.sha256).digest()


def hkdf_expand(prk, info, length=32):
    out, block, n = b"", b"", 1
    while len(out) < length:
        block = hmac.new(prk, block + info + bytes([n]), hashlib.sha256).digest()
        out, n = out + block, n + 1
    return out[:length]


# --- ChaCha20, Bernstein's original: 64-bit block counter, 64-bit nonce

def chacha20_block(key, counter, nonce=bytes(8)):
    rot = lambda v, n: ((v << n) | (v >> (32 - n))) & 0xFFFFFFFF
    start = list(struct.unpack("<4I", b"expand 32-byte k")) + list(struct.unpack("<8I", key))
    start += [counter & 0xFFFFFFFF, counter >> 32] + list(struct.unpack("<2I", nonce))
    s = start[:]

    def quarter(a, b, c, d):
        for x, y, z, n in ((a, b, d, 16), (c, d, b, 12), (a, b, d, 8), (c, d, b, 7)):
            s[x] = (s[x] + s[y]) & 0xFFFFFFFF
            s[z] = rot(s[z] ^ s[x], n)

    for _ in range(10):
        for i in range(4):
            quarter(i, 4 + i, 8 + i, 12 + i)
        for i in range(4):
            quarter(i, 4 + (i + 1) % 4, 8 + (i + 2) % 4, 12 + (i + 3) % 4)
    return struct.pack("<16I", *((a + b) & 0xFFFFFFFF for a, b in zip(s, start)))


def ticket(key, i):  # spec 6
    block = chacha20_block(key, i // 4)
    return int.from_bytes(block[16 * (i % 4):16 * (i % 4) + 16], "big")


def in_order(key, people):
    return sorted(people, key=lambda i: (ticket(key, i), i))


# --- Merkle tree, RFC 6962

def leaf_hash(data):
    return sha256(b"\0" + data)


def root(leaves):
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while 2 * k < len(leaves):
        k *= 2
    return sha256(b"\1" + root(leaves[:k]) + root(leaves[k:]))


# --- Ed25519, RFC 8032 (affine and slow)

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
BY = 4 * pow(5, P - 2, P) % P


def _x(y, sign):
    xx = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(xx, (P + 3) // 8, P)
    if (x * x - xx) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    return P - x if x & 1 != sign else x


B = (_x(BY, 0), BY)


def _add(p, q):
    (x1, y1), (x2, y2) = p, q
    k = D * x1 * x2 * y1 * y2 % P
    return ((x1 * y2 + x2 * y1) * pow(1 + k, -1, P) % P, (y1 * y2 + x1 * x2) * pow(1 - k, -1, P) % P)


def _mul(n, p):
    out = (0, 1)
    while n:
        if n & 1:
            out = _add(out, p)
        p, n = _add(p, p), n >> 1
    return out


def _encode(p):
    return (p[1] | (p[0] & 1) << 255).to_bytes(32, "little")


def _secret(seed):
    h = hashlib.sha512(seed).digest()
    a = int.from_bytes(h[:32], "little")
    return (a & ((1 << 254) - 8)) | 1 << 254, h[32:]


class Key:
    """A named Ed25519 key of the C2SP signed note, signature type 0x01."""

    def __init__(self, name, seed):
        self.name, self.seed = name, seed
        self.a, self.prefix = _secret(seed)
        self.public = _encode(_mul(self.a, B))
        self.id = sha256(name.encode() + b"\n\x01" + self.public)[:4]
        self.vkey = f"{name}+{self.id.hex()}+{base64.b64encode(bytes([1]) + self.public).decode()}"

    def line(self, text):
        message = text.encode()
        number = lambda *parts: int.from_bytes(hashlib.sha512(b"".join(parts)).digest(), "little")
        r = number(self.prefix, message) % L
        big_r = _encode(_mul(r, B))
        s = (r + number(big_r, self.public, message) * self.a) % L
        signature = big_r + s.to_bytes(32, "little")
        return f"\u2014 {self.name} {base64.b64encode(self.id + signature).decode()}\n"


def text_of(context, value):
    return f"kleroterion/v1/{context}\n{jcs(value)}\n"


def note(context, value, keys):
    text = text_of(context, value)
    keys = sorted(keys, key=lambda k: (k.name.encode(), k.id))
    return text + "\n" + "".join(k.line(text) for k in keys)


def write(name, value):
    path = os.path.join(HERE, "..", name + ".json")
    with open(path, "w", encoding="utf-8") as f:
        json.dump(value, f, indent=1, ensure_ascii=False)
        f.write("\n")
