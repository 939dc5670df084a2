#!/usr/bin/env bash
# The API of a real service, tried by schemathesis as each role, and its document by a validator. Usage: run.sh PROGRAM [FOLDER FOR PYTHON'S PACKAGES]
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
program=$1
packages=${2:-$(mktemp -d)}
[ -x "$packages/bin/schemathesis" ] || { python3 -m venv "$packages" && "$packages/bin/pip" --quiet install --requirement "$here/requirements.txt"; }
exec "$packages/bin/python" "$here/run.py" "$program" "${@:3}"
