"""Tries the API of a real service with schemathesis, as each role. Usage: run.py PROGRAM [MORE FOR SCHEMATHESIS …]

Fails on an invalid OpenAPI document, on any 5xx, on any answer that the document does not describe, and if fewer operations than FLOOR gave
anybody a 2xx: then the requests got nowhere, and that nothing was found would mean nothing.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from openapi_spec_validator import OpenAPIV31SpecValidator
from service import ORGANISER, OWN, PASSWORD, QUOTAS, ROLES, Office, Person, Service, people

HERE = Path(__file__).parent
# Server-sent events: an answer that does not end.
SSE = f"{OWN}/jobs/{{job}}/events".replace(ORGANISER, "{organiser}")
FLOOR = 64
# Everybody tries the borders of every schema; organisers, who get furthest, try at random besides.
PHASES = {"admin": "coverage", "approver": "coverage", "auditor": "coverage", "organiser": "coverage,fuzzing"}


def seed_of(office, person, shared):
    """Values for this person's requests. What a request uses up is made anew for each."""
    organiser, many = office.organiser, range(4)
    def proposed(sign):
        made = organiser.ask("POST", f"{OWN}/draws/{shared['announced_draw']}/void", {"reason": "cancelled"}, expect=201)
        for signer in sign:
            office.sign(signer, made.json()["id"])
        return made.json()["id"]
    later, role = shared["later"], person.role
    drafts = [office.draft(office.says(f"{role}-{i}", shared["pool"], later)) for i in range(8)]
    announce = [office.write(draft, "announcement")["id"] for draft in drafts[4:]]
    for decision in announce:
        for signer in (office.organiser, office.approver):
            office.sign(signer, decision)
    own_note = person if person.login in office.keys else None
    unsigned = [proposed([]) for _ in many]
    signatures = {one: office.signed(own_note, one) for one in unsigned} if own_note else {}
    claims, spare_keys = [], []
    for i in range(8):
        claim = office.claim(person, f"{role}_{i}")
        if i < 4 or not own_note:
            claims.append(claim)
        else:
            spare_keys.append(person.ask("POST", f"{OWN}/keys", claim, expect=201).json()["id"])
    def invited(name):
        wish = {"login": f"{name}-{role}", "role": "auditor", "organiser": ORGANISER}
        return office.admin.ask("POST", "/invitations", wish, expect=201).json()["secret"]
    secrets = [invited(f"guest{i}") for i in many]
    for i in many:
        invited(f"revoked{i}")
    listed = office.admin.ask("GET", "/invitations?limit=100", expect=200).json()["items"]
    revoked = [one["id"] for one in listed if one["login"].startswith("revoked") and one["login"].endswith(role)]
    tokens = [person.ask("POST", "/tokens", {"label": "spare", "scopes": ["read"], "days": 1}, expect=201).json()["id"] for _ in many]
    accounts = [Person(office.service, f"spare{i}-{role}", "auditor", ORGANISER).login for i in range(2)] if role == "admin" else ["none"]
    complaints = [office.complaint(shared["draw"]) for _ in range(12)]
    return {
        "role": role, "organiser": ORGANISER, "url": office.service.url, "cookie": person.cookie, "csrf": person.csrf,
        "token": person.token, "login_name": person.login, "password": PASSWORD, "quotas": QUOTAS, "roles": ROLES,
        "people": people().decode(), "key_ids": office.key_ids, "later": later, "pool": shared["pool"], "seats": shared["seats"],
        "code": shared["codes"][1], "claims": claims, "signatures": signatures, "invitation_secrets": secrets,
        "drafts": drafts[:1], "decisions": unsigned[-1:], "pools": [shared["pool"]], "jobs": [shared["job"]],
        "panel_jobs": [shared["panel_job"]], "draws": [shared["draw"]], "complaints": complaints, "keys": office.key_ids[:1],
        "tokens": tokens[:1], "invitations": revoked[:1], "logins": ["root"], "locators": [shared["locator"]],
        "spare_drafts": [office.draft(office.says(f"spare-{role}-{i}", shared["pool"], later)) for i in many],
        "spare_pools": [office.upload() for _ in many], "spare_decisions": [proposed([]) for _ in many],
        "spare_keys": spare_keys or ["none"], "spare_tokens": tokens, "spare_invitations": revoked, "spare_accounts": accounts,
        "unsigned_decisions": unsigned, "signed_decisions": announce, "pools_with_roles": [office.with_roles() for _ in many],
        "pools_without_roles": [office.upload() for _ in many], "unannounced": drafts[:4], "announced": [shared["announced"]],
        "announced_draws": [shared["announced_draw"]],
    }


def main():
    program, more = sys.argv[1], sys.argv[2:]
    begun = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        service = Service(program, folder)
        try:
            return tried(service, Path(folder), more, begun)
        finally:
            service.stop()


def tried(service, folder, more, begun):
    office = Office(service)
    document = office.admin.ask("GET", "/openapi.json", expect=200).json()
    OpenAPIV31SpecValidator(document).validate()
    operations = {f"{method.upper()} {path}" for path, item in document["paths"].items() for method in item}
    print(f"the document is valid OpenAPI {document['openapi']}: {len(operations)} operations")
    pool = office.committed()
    shared = {"pool": pool, "later": int(time.time()) + 86_400, "job": office.job(pool, "feasibility"),
              "panel_job": office.job(pool, "panels"), "announced": office.announced("announced", pool),
              "announced_draw": "announced", **office.drawn("drawn", pool)}
    record, failed, seeds = folder / "record.jsonl", [], {}
    for person in (office.auditor, office.approver, office.organiser, office.admin):
        seeds[person.role] = folder / f"{person.role}.json"
        seeds[person.role].write_text(json.dumps(seed_of(office, person, shared)))
    print(f"prepared after {time.monotonic() - begun:.0f} s", flush=True)
    running = {}
    for role, seed in seeds.items():
        environment = {**os.environ, "FUZZ_SEED": str(seed), "FUZZ_RECORD": str(record), "SCHEMATHESIS_HOOKS": "hooks",
                       "PYTHONPATH": str(HERE)}
        command = [Path(sys.executable).parent / "schemathesis", "--config-file", HERE / "schemathesis.toml", "run",
                   f"{service.url}/openapi.json", "--exclude-path", SSE, "--phases", PHASES[role], *more]
        told = open(folder / f"{role}.txt", "w+")
        running[role] = subprocess.Popen(command, env=environment, cwd=folder, stdout=told, stderr=subprocess.STDOUT), told
    for role, (process, told) in running.items():
        if process.wait() != 0:
            failed.append(role)
            told.seek(0)
            print(f"-- as {role}: exit {process.returncode}\n{told.read()}", flush=True)
    answered = [json.loads(line) for line in record.read_text().splitlines()]
    reached = {one["label"] for one in answered if 200 <= one["status"] < 300}
    faults = sorted({(one["label"], one["status"]) for one in answered if one["status"] >= 500})
    print(f"{len(answered)} requests in {time.monotonic() - begun:.0f} s; {len(reached)} of {len(operations) - 1} operations gave a 2xx")
    print("without a 2xx: " + (", ".join(sorted(operations - reached - {f"GET {SSE}"})) or "none"))
    # With FUZZ_TELL=1: what such operations said instead.
    for label in sorted(operations - reached):
        said = [one["told"] for one in answered if one["label"] == label and "told" in one]
        print(*dict.fromkeys(said[-40:]), sep="\n", end="\n" if said else "")
    if faults:
        print(f"5xx: {faults}")
    if len(reached) < FLOOR:
        print(f"the floor is {FLOOR}")
    return 1 if failed or faults or len(reached) < FLOOR else 0


if __name__ == "__main__":
    sys.exit(main())
