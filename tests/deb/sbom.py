"""sbom.py BOM PROGRAM...: whether a bill of materials fits the schema of CycloneDX, Cargo.lock, and the programs themselves: the compiler leaves the
names of source files in them, and with these the name and version of each crate that it was built from."""

import json
import re
import sys
import tomllib

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

text = open(sys.argv[1]).read()
wrong = JsonStrictValidator(SchemaVersion.V1_6).validate_str(text)
if wrong is not None:
    sys.exit(f"{sys.argv[1]} does not fit the schema: {wrong}")
bom = json.loads(text)
listed = {(c["name"], c["version"]): c for c in bom["components"] + [bom["metadata"]["component"]]}
with open("Cargo.lock", "rb") as lock:
    locked = {(p["name"], p["version"]): p.get("checksum") for p in tomllib.load(lock)["package"]}
for crate, component in listed.items():
    if crate not in locked:
        sys.exit(f"{crate} is not in Cargo.lock")
    told = {h["content"] for h in component.get("hashes", [])}
    if told != ({locked[crate]} - {None}):
        sys.exit(f"{crate} has another checksum in Cargo.lock")
    if "licenses" not in component:
        sys.exit(f"{crate} names no licence")
traces = set()
for program in sys.argv[2:]:
    with open(program, "rb") as file:
        found = re.findall(rb"/registry/src/[^/\0]+/([A-Za-z0-9_-]+?)-(\d+\.\d+\.\d+[A-Za-z0-9.+-]*)/", file.read())
    traces |= {(name.decode(), version.decode()) for name, version in found}
if len(traces) < 50:
    sys.exit(f"only {len(traces)} crates left a trace in the programs: is this a release build?")
if missing := sorted(traces - listed.keys()):
    sys.exit(f"built in and not listed: {missing}")
print(f"bill of materials: {len(listed)} crates, {len(traces)} of them seen in the programs")
