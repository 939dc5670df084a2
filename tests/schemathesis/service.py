"""A real service with a rehearsal beacon, people of every role, and something of everything that the API shows.

Used by run.py. Speaks to the service as its users do: the program `klero` on the machine, HTTP for the rest.
"""

import csv
import hashlib
import io
import json
import subprocess
import time
import urllib.error
import urllib.request
import uuid
from pathlib import Path

PASSWORD = "correct horse battery"
ORIGIN = "fuzz.example.org/log"
ORGANISER = "eupen"
OWN = f"/organisers/{ORGANISER}"
SETTINGS = """\
[limits]
api_requests_per_minute = 1000000
api_attempts_per_minute = 1000000
"""
DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    def json(self):
        return json.loads(self.body)


class Person:
    """An account that is signed in, with a token of all scopes."""

    def __init__(self, service, login, role, organiser):
        self.service, self.login, self.role = service, login, role
        arguments = ["admin", "invite", "--dir", service.dir, "--login", login, "--role", role, "--json"]
        invited = service.klero(*arguments, *(["--organiser", organiser] if organiser else []))
        secret = json.loads(invited)["secret"]
        self.cookie = self.csrf = self.token = None
        self.ask("POST", "/invitations/accept", {"secret": secret, "name": login, "password": PASSWORD}, expect=201)
        self.sign_in()
        scopes = ["read", "people", "write", "decide", "admin"]
        made = self.ask("POST", "/tokens", {"label": "fuzzing", "scopes": scopes, "days": 1}, expect=201)
        self.token = made.json()["secret"]

    def sign_in(self):
        self.cookie = self.csrf = None
        signed_in = self.ask("POST", "/session", {"login": self.login, "password": PASSWORD}, expect=201)
        self.cookie = signed_in.headers["set-cookie"].split(";")[0]
        self.csrf = signed_in.json()["csrf"]

    def headers(self):
        return {"Cookie": self.cookie, "X-CSRF-Token": self.csrf} if self.cookie else {}

    def ask(self, method, path, body=None, expect=None, kind="application/json", headers=None):
        headers = {**self.headers(), **(headers or {})}
        if method == "POST":
            headers.setdefault("Idempotency-Key", str(uuid.uuid4()))
        data = body if isinstance(body, bytes) else None if body is None else json.dumps(body).encode()
        if data is not None:
            headers["Content-Type"] = kind
        request = urllib.request.Request(self.service.url + path, data=data, headers=headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=60) as response:
                answer = Answer(response.status, response.headers, response.read())
        except urllib.error.HTTPError as error:
            answer = Answer(error.code, error.headers, error.read())
        if expect is not None and answer.status != expect:
            raise SystemExit(f"{method} {path}: {answer.status}, not {expect}\n{answer.body.decode()}")
        return answer


class Service:
    """A log, its beacon, its service: processes of their own in a folder of their own."""

    def __init__(self, program, folder):
        self.program, self.folder = str(Path(program).resolve()), Path(folder)
        self.dir, self.running = str(self.folder / "service"), []
        beacon = str(self.folder / "beacon")
        relay = self.start("beacon", "serve", "--dir", beacon, "--listen", "127.0.0.1:0", "--period", "1")
        self.klero("init", "--dir", self.dir, "--origin", ORIGIN, "--relay", relay,
                   "--rehearsal", f"{beacon}/chain.json")
        (Path(self.dir) / "klero.toml").write_text(SETTINGS)
        self.base = self.start("serve", "--dir", self.dir, "--listen", "127.0.0.1:0")
        self.url = f"{self.base}/api/v1"

    def klero(self, *arguments):
        done = subprocess.run([self.program, *arguments], capture_output=True, text=True)
        if done.returncode != 0:
            raise SystemExit(f"klero {' '.join(arguments)}: exit {done.returncode}\n{done.stderr}")
        return done.stdout

    def start(self, *arguments):
        """Starts it, and reads its address from the first line that names one."""
        told = open(self.folder / f"{arguments[0]}.log", "w")
        process = subprocess.Popen([self.program, *arguments], stdout=subprocess.PIPE, stderr=told, text=True)
        self.running.append(process)
        for line in process.stdout:
            if "http://" in line:
                return "http://" + line.split("http://")[1].split()[0].rstrip(".,/")
        raise SystemExit(f"klero {' '.join(arguments)} ended; see {told.name}")

    def stop(self):
        for process in reversed(self.running):
            process.terminate()
        for process in reversed(self.running):
            process.wait(timeout=60)


def people(count=40):
    rows = ["number,name,municipality,gender,street,postcode"]
    for i in range(count):
        town = ["Eupen", "Raeren", "Kelmis"][i % 3]
        rows.append(f"R-{1000 + i},Person {i},{town},{'fm'[i // 3 % 2]},Street {i // 2},4700")
    return ("\n".join(rows) + "\n").encode()


ROLES = {"id": "number", "public": ["municipality", "gender"], "household": ["street", "postcode"]}
QUOTAS = "feature,value,min,max\nmunicipality,Eupen,2,4\nmunicipality,Raeren,1,3\nmunicipality,Kelmis,1,3\n"


class Office:
    """The organiser's people and what they have made."""

    def __init__(self, service):
        self.service = service
        self.admin = Person(service, "root", "admin", None)
        self.admin.ask("POST", "/organisers", {"id": ORGANISER, "name": "Stadt Eupen"}, expect=201)
        make = lambda login, role: Person(service, login, role, ORGANISER)
        self.organiser, self.approver = make("anna", "organiser"), make("bert", "approver")
        self.auditor = make("carl", "auditor")
        self.keys = {}
        ids = [self.key(self.organiser, "clerk"), self.key(self.approver, "mayor")]
        wish = {"keys": ids, "threshold": 2}
        self.decide(self.organiser.ask("POST", f"{OWN}/enrolments", wish, expect=201).json())
        self.key_ids = ids

    def key(self, person, role):
        wish = self.claim(person, role)
        self.keys.setdefault(person.login, str(self.service.folder / f"{role}.key"))
        return person.ask("POST", f"{OWN}/keys", wish, expect=201).json()["id"]

    def claim(self, person, role):
        """A new key, and the proof that registers it for this account."""
        file = str(self.service.folder / f"{role}.key")
        self.service.klero("keys", "new", "--name", f"{ORGANISER}/{role}", "--out", file)
        return json.loads(self.service.klero("keys", "claim", file, "--login", person.login, "--log", ORIGIN, "--json"))

    def signed(self, person, decision):
        note = person.ask("GET", f"{OWN}/decisions/{decision}/note", expect=200).body
        file = self.service.folder / f"{person.login}-{decision}.note"
        file.write_bytes(note)
        self.service.klero("sign", str(file), "--key", self.keys[person.login])
        return file.read_text()

    def sign(self, person, decision):
        wish = {"signed": self.signed(person, decision)}
        person.ask("POST", f"{OWN}/decisions/{decision}/signatures", wish, expect=201)

    def decide(self, decision):
        for person in (self.organiser, self.approver):
            self.sign(person, decision["id"])
        path = f"{OWN}/decisions/{decision['id']}/hand-in"
        return self.approver.ask("POST", path, {}, expect=200).json()

    def upload(self):
        made = self.organiser.ask("POST", f"{OWN}/pools?name=people", people(), expect=201, kind="text/csv")
        return made.json()["id"]

    def with_roles(self):
        pool = self.upload()
        self.organiser.ask("PUT", f"{OWN}/pools/{pool}/roles", ROLES, expect=200, headers={"If-Match": '"1"'})
        return pool

    def committed(self):
        pool = self.with_roles()
        self.organiser.ask("POST", f"{OWN}/pools/{pool}/commitment", {}, expect=201)
        return pool

    def says(self, draw, pool, at):
        return {"draw": draw, "purpose": draw, "title": {"de": "Einladungen"}, "draws_at": at, "pool": pool,
                "method": {"name": "stratified", "by": ["municipality"]}, "seats": 10, "reserves": 4,
                "replacement": "rank", "table_reason": "invented people"}

    def draft(self, says):
        return self.organiser.ask("POST", f"{OWN}/drafts", says, expect=201).json()["id"]

    def write(self, draft, what):
        return self.organiser.ask("POST", f"{OWN}/drafts/{draft}/{what}", {}, expect=201).json()

    def job(self, pool, kind):
        wish = {"kind": kind, "pool": pool, "seats": 6, "quotas": QUOTAS, "count": 20}
        job = self.organiser.ask("POST", f"{OWN}/jobs", wish, expect=202).json()["id"]
        return self.until(lambda: self.organiser.ask("GET", f"{OWN}/jobs/{job}", expect=200).json(),
                          lambda told: told["state"] == "done", f"job {kind}")["id"]

    def until(self, look, good, what):
        for _ in range(600):
            seen = look()
            if good(seen):
                return seen
            time.sleep(0.1)
        raise SystemExit(f"{what}: {seen}")

    def draw_of(self, draw):
        return self.organiser.ask("GET", f"{OWN}/draws/{draw}", expect=200).json()

    def drawn(self, draw, pool):
        """A draw that was carried out, with letters, answers, and a complaint."""
        draft = self.draft(self.says(draw, pool, int(time.time()) + 8))
        self.decide(self.write(draft, "announcement"))
        self.decide(self.write(draft, "terms"))
        self.until(lambda: self.draw_of(draw), lambda told: told["phase"] == "drawn", f"draw {draw}")
        own, ask = f"{OWN}/draws/{draw}", self.organiser.ask
        ask("POST", f"{own}/letters", {"to": "drawn"}, expect=201)
        later = int(time.time()) + 86_400
        ask("PUT", f"{own}/response-window", {"deadline": later}, expect=200)
        ask("PUT", f"{own}/objection-period", {"until": later}, expect=200)
        letters = ask("GET", f"{own}/letters/drawn.csv", expect=200).body.decode("utf-8-sig")
        codes = [row["receipt_code"] for row in csv.DictReader(io.StringIO(letters))]
        ask("POST", f"{own}/answers", {"answers": [{"code": codes[0], "answer": "yes"}]}, expect=201)
        seats = ask("GET", f"{own}/outcome", expect=200).json()["drawn"]
        return {"draw": draw, "codes": codes, "locator": locator(codes[0]), "seats": seats}

    def complaint(self, draw):
        path = f"{OWN}/draws/{draw}/complaints"
        return self.organiser.ask("POST", path, {"text": "Somebody was asked twice."}, expect=201).json()["id"]

    def announced(self, draw, pool):
        draft = self.draft(self.says(draw, pool, int(time.time()) + 86_400))
        self.decide(self.write(draft, "announcement"))
        return draft


def locator(code):
    """Where the box of a code is kept (docs/spec.md, short codes)."""
    bits = 0
    for digit in code.replace("-", "")[:24]:
        bits = bits << 5 | DIGITS.index(digit)
    secret = bits.to_bytes(15, "big")
    tagged = hashlib.sha256(b"kleroterion/v1/code_locator\0" + len(secret).to_bytes(8, "big") + secret)
    return tagged.digest()[:16].hex()
