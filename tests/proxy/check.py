"""What a web server before the service has to get right, asked over real connections. Exits at the first that is wrong."""

import argparse
import http.client
import json
import os
import socket
import ssl
import subprocess
import time
import urllib.request

HOST = "draws.example.org"
SPARE = 64  # Bytes beyond a limit.


def options():
    parser = argparse.ArgumentParser()
    for name in ("name", "cert", "klero", "dir"):
        parser.add_argument("--" + name, required=True)
    for name in ("port", "service", "metrics"):
        parser.add_argument("--" + name, type=int, required=True)
    return parser.parse_args()


class Through:
    """The proxy, as seen from one address of this machine."""

    def __init__(self, port, cert, source):
        self.port, self.source = port, source
        self.tls = ssl.create_default_context(cafile=cert)

    def connect(self):
        plain = socket.create_connection(("127.0.0.1", self.port), 60, (self.source, 0))
        connection = http.client.HTTPConnection(HOST)
        connection.sock = self.tls.wrap_socket(plain, server_hostname=HOST)
        return connection

    def ask(self, method, path, headers=None, body=None):
        connection = self.connect()
        connection.request(method, path, body, headers or {})
        answer = connection.getresponse()
        read = answer.read()
        connection.close()
        return answer, read


def until(what, look):
    for _ in range(600):
        try:
            return look()
        except (OSError, urllib.error.URLError):
            time.sleep(0.1)
    raise SystemExit(f"{what} does not answer")


def same(name, expected, found):
    if expected != found:
        raise SystemExit(f"{name}: expected {expected!r}, found {found!r}")


def main():
    given = options()
    direct = f"http://127.0.0.1:{given.service}"
    until("the service", lambda: urllib.request.urlopen(direct + "/healthz"))
    visitor = lambda last: Through(given.port, given.cert, f"127.0.0.{last}")
    base = {"nginx": 10, "caddy": 60}[given.name]
    until(given.name, lambda: visitor(base).connect())

    # Headers for caches and browsers arrive as the service wrote them.
    draw = json.load(urllib.request.urlopen(urllib.request.Request(direct + "/draws", headers={"accept": "application/json"})))[0]["draw"]
    for path in ("/checkpoint", "/tile/0/000.p/1", "/log.vkey", "/", "/assets/style.css", f"/draws/{draw}/bundle", "/verifier.html"):
        with urllib.request.urlopen(direct + path) as own:
            answer, read = visitor(base).ask("GET", path)
            same(f"{path}: status", 200, answer.status)
            # Pages name their own address, which differs here.
            if path != "/":
                same(f"{path}: body", own.read(), read)
            for name in ("cache-control", "vary", "content-type", "content-security-policy", "x-content-type-options", "referrer-policy", "access-control-allow-origin"):
                same(f"{path}: {name}", own.headers.get(name), answer.getheader(name))
            same(f"{path}: transport security", "max-age=31536000", answer.getheader("strict-transport-security"))

    # Visitors who search are counted one by one, by the address that they have and not by the one that they claim.
    def statuses(last, claim, count):
        headers = {"x-forwarded-for": claim} if claim else {}
        return [visitor(last).ask("GET", "/en/search?q=letters", headers)[0].status for _ in range(count)]

    same("the first forty", {200}, set(statuses(base + 1, None, 40)))
    same("one too many", 429, statuses(base + 1, None, 1)[0])
    same("under a false name", 429, statuses(base + 1, f"127.0.0.{base + 2}", 1)[0])
    same("somebody else", 200, statuses(base + 2, f"127.0.0.{base + 1}", 1)[0])

    # Figures are there, and not through here.
    figures = urllib.request.urlopen(f"http://127.0.0.1:{given.metrics}/metrics").read()
    same("figures", True, b"klero_http_requests_total" in figures)
    for path in ("/metrics", "/metrics/", "//metrics"):
        answer, read = visitor(base + 3).ask("GET", path)
        same(f"{path} has figures", (False, True), (b"klero_" in read, answer.status in (301, 308, 404)))

    # The first event arrives though the answer never ends: nothing waits for a buffer to fill.
    connection = visitor(base + 3).connect()
    connection.request("GET", f"/draws/{draw}/events")
    answer = connection.getresponse()
    same("events", (200, "text/event-stream"), (answer.status, answer.getheader("content-type")))
    same("first event", b"event: state\n", answer.fp.readline() if not answer.chunked else next_line(answer))
    connection.close()

    # Sizes: what is in bounds reaches the service, what is not is turned away by whoever sees it first.
    sizes = visitor(base + 4)
    post = lambda path, length, headers=None: sizes.ask("POST", path, {"content-type": "application/json", **(headers or {})}, b"x" * length)[0].status
    same("a round of 4 KiB", True, post(f"/draws/{draw}/round", 4_000) in (400, 409, 422))
    # Caddy before 2.7 says 502 where the service, or it itself, refused what was still being sent.
    refused = {"nginx": (413,), "caddy": (413, 502)}[given.name]
    same("a round of 70 KB", True, post(f"/draws/{draw}/round", 70_000) in refused)
    uploaded(given, sizes, refused)
    print(f"{given.name}: addresses, events, headers, figures and sizes are right")


def next_line(answer):
    line = b""
    while not line.endswith(b"\n"):
        line += answer.read(1)
    return line


def uploaded(given, through, refused):
    """A pool larger than every other limit goes up, by an organiser who was invited."""
    once = lambda: {"content-type": "application/json", "idempotency-key": os.urandom(12).hex()}
    password = "correct horse battery"
    organiser = json.loads(klero(given, "organiser", "list"))[0]["id"]

    def post(path, body, headers, expected=(201,)):
        answer, read = through.ask("POST", "/api/v1" + path, headers, body if isinstance(body, bytes) else json.dumps(body).encode())
        same(path + " " + read.decode()[:300], True, answer.status in expected)
        return answer, json.loads(read)

    def signed_in(role, more):
        login = f"{role}.{given.name}@example.org"
        secret = json.loads(klero(given, "admin", "invite", "--login", login, "--role", role, *more))["secret"]
        post("/invitations/accept", {"secret": secret, "name": "Anna", "password": password}, once())
        answer, session = post("/session", {"login": login, "password": password}, once())
        return {"cookie": answer.getheader("set-cookie").split(";")[0], "x-csrf-token": session["csrf"]}

    admin = signed_in("admin", [])
    # The second web server finds the organiser there.
    post("/organisers", {"id": organiser, "name": "Town"}, {**once(), **admin}, (201, 409))
    # A megabyte reaches the service, which finds it nonsense; more does not.
    megabyte = lambda spare: through.ask("POST", "/api/v1/organisers", {**once(), **admin}, b"x" * ((1 << 20) + spare))[0].status
    same("1 MiB to the API", True, megabyte(-SPARE) in (400, 422))
    same("more than 1 MiB to the API", True, megabyte(SPARE) in refused)
    who = signed_in("organiser", ["--organiser", organiser])
    rows = b"".join(b"%d,Person %d,Eupen\n" % (i, i) for i in range(120_000))
    same("the pool is larger than other limits", True, len(rows) > 2 << 20)
    headers = {**once(), **who, "content-type": "text/csv"}
    _, pool = post(f"/organisers/{organiser}/pools?name=people", b"number,name,municipality\n" + rows, headers)
    same("the pool has an id", True, bool(pool["id"]))


def klero(given, *arguments):
    command = [given.klero, *arguments, "--dir", given.dir, "--json"]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout


main()
