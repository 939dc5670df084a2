#!/usr/bin/env python3
"""Writes the bill of materials of the two programs as CycloneDX 1.6 JSON: every crate that is built into them, or that builds them, with version,
licence, the checksum of Cargo.lock, and who needs whom. Read from cargo itself, so that it cannot fall behind. The same sources give the same bytes."""

import json
import subprocess
import tomllib
import uuid

ROOTS = ("kleroterion", "klero-verifier")
TARGET = subprocess.run(["rustc", "-vV"], check=True, capture_output=True, text=True).stdout.split("host: ")[1].split()[0]


def built():
    """Names and versions that cargo builds for the programs. Its metadata alone has the features that tests ask for as well."""
    command = ["cargo", "tree", "--locked", "--edges", "normal,build", "--prefix", "none", "--no-dedupe", "--format", "{p}"]
    for root in ROOTS:
        command += ["--package", root]
    lines = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
    return {(words[0], words[1].removeprefix("v")) for words in map(str.split, lines) if words}


def purl(package):
    return f"pkg:cargo/{package['name']}@{package['version']}"


def main():
    command = ["cargo", "metadata", "--locked", "--format-version", "1", "--filter-platform", TARGET]
    told = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    with open("Cargo.lock", "rb") as lock:
        sums = {(p["name"], p["version"]): p.get("checksum") for p in tomllib.load(lock)["package"]}
    there = built()
    packages = {package["id"]: package for package in told["packages"] if (package["name"], package["version"]) in there}
    # Tests and benchmarks need more; that is not in the programs.
    needs = {
        node["id"]: sorted(dep["pkg"] for dep in node["deps"] if dep["pkg"] in packages and any(kind["kind"] != "dev" for kind in dep["dep_kinds"]))
        for node in told["resolve"]["nodes"]
        if node["id"] in packages
    }
    program = next(package for package in packages.values() if package["name"] == ROOTS[0])

    def component(package):
        found = {"type": "library", "bom-ref": purl(package), "name": package["name"], "version": package["version"], "purl": purl(package)}
        if package["license"]:
            # Older crates write a slash where SPDX writes OR.
            found["licenses"] = [{"expression": package["license"].replace("/", " OR ")}]
        checksum = sums.get((package["name"], package["version"]))
        if checksum:
            found["hashes"] = [{"alg": "SHA-256", "content": checksum}]
        return found

    main_component = {**component(program), "type": "application"}
    others = sorted((package for package in packages.values() if package is not program), key=lambda p: (p["name"], p["version"]))
    body = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": main_component},
        "components": [component(package) for package in others],
        "dependencies": sorted(
            ({"ref": purl(packages[id]), "dependsOn": sorted(purl(packages[dep]) for dep in needs[id])} for id in packages), key=lambda d: d["ref"]
        ),
    }
    text = json.dumps(body, sort_keys=True)
    body["serialNumber"] = uuid.uuid5(uuid.NAMESPACE_URL, text).urn
    print(json.dumps(body, indent=1, sort_keys=True))


main()
