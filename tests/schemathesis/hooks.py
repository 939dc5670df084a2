"""Gives the generated requests what only this service knows: credentials, ids of what is there, versions, signatures.

Loaded by schemathesis. A value is put in only where a request was meant to be valid in that place, and not in every request: wrong ids, keys
and bodies go out as they were generated. Everything that is put in comes from a file that run.py writes, in a fixed order.
"""

import base64
import hmac
import json
import os
import time
import urllib.error
import urllib.request
from collections import Counter

import schemathesis
from schemathesis.core.parameters import ParameterLocation as Place

with open(os.environ["FUZZ_SEED"]) as file:
    SEED = json.load(file)
RECORD = open(os.environ["FUZZ_RECORD"], "a", buffering=1)
# An auditor's public key; nobody has the private half.
RECIPIENT = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p"
NO_SESSION = {"POST /session", "POST /invitations/accept"}
sent, given = Counter(), Counter()


def valid(case, place):
    component = case.meta.components.get(place) if case.meta else None
    return component is None or component.mode.is_positive


def asked(method, path, body=None):
    """A request beside those that are tried, as the account itself."""
    headers = {"Cookie": SEED["cookie"], "X-CSRF-Token": SEED["csrf"], "Content-Type": "application/json"}
    headers["Idempotency-Key"] = f"beside-{SEED['role']}-{sum(sent.values()):012}"
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(SEED["url"] + path, data=data, headers=headers, method=method)
    try:
        with urllib.request.urlopen(request, timeout=60) as response:
            return response.headers, response.read()
    except urllib.error.HTTPError as error:
        return error.headers, error.read()


def next_of(name):
    """The next value from a list of the seed; the last one for ever."""
    values = SEED[name]
    value = values[min(given[name], len(values) - 1)]
    given[name] += 1
    return value


# Parameters in paths that lead to something, for every operation that is not named below.
IDS = {"draft": "draft", "decision": "decision", "pool": "pool", "job": "job", "draw": "draw", "complaint": "complaint",
       "key": "key", "token": "token", "invitation": "invitation", "login": "login", "locator": "locator"}
OWN = "/organisers/{organiser}"
# Operations that need something of their own: each use takes the next of a list.
TAKE = {
    f"DELETE {OWN}/drafts/{{draft}}": {"draft": "spare_drafts"},
    f"DELETE {OWN}/pools/{{pool}}": {"pool": "spare_pools"},
    f"DELETE {OWN}/decisions/{{decision}}": {"decision": "spare_decisions"},
    f"DELETE {OWN}/keys/{{key}}": {"key": "spare_keys"},
    "DELETE /tokens/{token}": {"token": "spare_tokens"},
    "DELETE /invitations/{invitation}": {"invitation": "spare_invitations"},
    "DELETE /accounts/{login}": {"login": "spare_accounts"},
    f"POST {OWN}/decisions/{{decision}}/signatures": {"decision": "unsigned_decisions"},
    f"POST {OWN}/decisions/{{decision}}/hand-in": {"decision": "signed_decisions"},
    f"POST {OWN}/pools/{{pool}}/commitment": {"pool": "pools_with_roles"},
    f"PUT {OWN}/pools/{{pool}}/roles": {"pool": "pools_without_roles"},
    f"POST {OWN}/drafts/{{draft}}/announcement": {"draft": "unannounced"},
    f"POST {OWN}/drafts/{{draft}}/terms": {"draft": "announced"},
    f"PUT {OWN}/drafts/{{draft}}": {"draft": "unannounced"},
    f"POST {OWN}/draws/{{draw}}/postponement": {"draw": "announced_draws"},
    f"POST {OWN}/draws/{{draw}}/void": {"draw": "announced_draws"},
    f"GET {OWN}/jobs/{{job}}/panels": {"job": "panel_jobs"},
    f"POST {OWN}/jobs/{{job}}/cancel": {"job": "panel_jobs"},
}


def second_factor():
    """The code of a second factor that is begun and not confirmed: with it, it is given up, and the account signs in as before."""
    _, told = asked("POST", "/account/totp", {})
    key = base64.b32decode(json.loads(told)["secret"])
    digest = hmac.digest(key, int(time.time() // 30).to_bytes(8, "big"), "sha1")
    at = digest[-1] & 15
    return f"{(int.from_bytes(digest[at:at + 4], 'big') & 0x7FFFFFFF) % 1_000_000:06}"


def body_of(label, case):
    """What makes a valid body mean something here."""
    unique = f"{SEED['role']}-{sent[label]}"
    bodies = {
        f"POST {OWN}/drafts": lambda b: {**b, "pool": SEED["pool"], "title": {"de": "Bürgerrat"}, "draws_at": SEED["later"]},
        f"PUT {OWN}/drafts/{{draft}}": lambda b: {**b, "pool": SEED["pool"], "title": {"de": "Bürgerrat"}, "draw": f"e-{unique}",
                                                 "draws_at": SEED["later"]},
        f"POST {OWN}/jobs": lambda b: {**b, "pool": SEED["pool"], "quotas": SEED["quotas"], "seats": 6, "count": 20},
        f"POST {OWN}/keys": lambda b: next_of("claims"),
        f"POST {OWN}/enrolments": lambda b: {**b, "keys": SEED["key_ids"], "threshold": 2},
        f"POST {OWN}/decisions/{{decision}}/signatures": lambda b: {"signed": SEED["signatures"].get(
            case.path_parameters.get("decision"), b["signed"])},
        f"PUT {OWN}/pools/{{pool}}/roles": lambda b: SEED["roles"],
        f"POST {OWN}/pools": lambda b: SEED["people"].encode(),
        f"POST {OWN}/draws/{{draw}}/postponement": lambda b: {**b, "title": {"de": "Später"}, "draws_at": SEED["later"] + 60},
        f"POST {OWN}/draws/{{draw}}/vacancies": lambda b: {"seats": [{"index": SEED["seats"][0], "reason": "declined"}]},
        f"POST {OWN}/draws/{{draw}}/answers": lambda b: {"answers": [{**b["answers"][0], "code": SEED["code"]}]},
        f"PUT {OWN}/draws/{{draw}}/response-window": lambda b: {"deadline": SEED["later"]},
        f"PUT {OWN}/draws/{{draw}}/objection-period": lambda b: {"until": SEED["later"]},
        "POST /organisers": lambda b: {**b, "id": f"town-{unique}"},
        "POST /invitations": lambda b: {"login": f"new-{unique}", "role": "organiser", "organiser": SEED["organiser"]},
        "POST /invitations/accept": lambda b: {**b, "secret": next_of("invitation_secrets")},
        "POST /session": lambda b: {"login": SEED["login_name"], "password": SEED["password"]},
        "PUT /account/totp": lambda b: {"code": second_factor(), "enabled": False},
        "PUT /account/password": lambda b: {"old": SEED["password"], "new": SEED["password"]},
    }
    return bodies.get(label)


@schemathesis.hook
def before_call(ctx, case, kwargs):
    label = case.operation.label
    sent[label] += 1
    if valid(case, Place.PATH):
        values = case.path_parameters
        if "organiser" in values and sent[label] % 8:
            values["organiser"] = SEED["organiser"]
        if sent[label] % 4:
            if "list" in values:
                values["list"] = "drawn.csv" if sent[label] % 3 else "reserves.csv"
            for name in [name for name in values if name in IDS]:
                values[name] = next_of(TAKE.get(label, {}).get(name, IDS[name] + "s"))
    if label.endswith("/audit.age") and valid(case, Place.QUERY) and sent[label] % 4:
        case.query["recipient"] = RECIPIENT
    if isinstance(case.body, dict | list | str | bytes) and valid(case, Place.BODY) and sent[label] % 4:
        change = body_of(label, case)
        if change and (label.endswith("/pools") or isinstance(case.body, dict)):
            case.body = change(case.body)
            if label.endswith("/pools"):
                case.media_type = "text/csv"
    headers = case.headers
    if valid(case, Place.HEADER):
        if "Idempotency-Key" in headers:
            headers["Idempotency-Key"] = f"fuzz-{SEED['role']}-{sum(sent.values()):012}"
        if "if-match" in headers and sent[label] % 4:
            headers["if-match"] = version(label, case) or headers["if-match"]
    schemes = {name for one in case.operation.definition.raw.get("security", []) for name in one}
    headers.pop("Cookie", None)
    case.cookies.clear()
    if label == "DELETE /session":
        cookie, csrf = signed_in()
        headers["Cookie"], headers["X-CSRF-Token"] = cookie, csrf
    elif "token" in schemes:
        headers["Authorization"] = f"Bearer {SEED['token']}"
    elif "session" in schemes:
        headers.pop("Authorization", None)
        headers["Cookie"], headers["X-CSRF-Token"] = SEED["cookie"], SEED["csrf"]


def version(label, case):
    """The ETag of what is to be edited."""
    path = case.operation.path
    for name, value in case.path_parameters.items():
        path = path.replace("{" + name + "}", urllib.request.quote(str(value), safe=""))
    if label.endswith("/answer"):
        _, body = asked("GET", path.rsplit("/", 2)[0] + "?limit=100")
        found = [one["version"] for one in json.loads(body).get("items", []) if one["id"] == path.rsplit("/", 2)[1]]
        return f'"{found[0]}"' if found else None
    headers, _ = asked("GET", path.removesuffix("/roles"))
    return headers.get("etag")


def signed_in():
    headers, body = asked("POST", "/session", {"login": SEED["login_name"], "password": SEED["password"]})
    return headers["set-cookie"].split(";")[0], json.loads(body)["csrf"]


@schemathesis.hook
def after_call(ctx, case, response):
    one = {"role": SEED["role"], "label": case.operation.label, "status": response.status_code}
    if os.environ.get("FUZZ_TELL"):
        one["told"] = response.content.decode(errors="replace")[:400]
    RECORD.write(json.dumps(one) + "\n")
