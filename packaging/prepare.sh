#!/usr/bin/env bash
# packaging/prepare.sh FOLDER: what the package needs besides the programs in FOLDER (target/release), made from them, in target/package.
set -euo pipefail
cd "$(dirname "$0")/.."
programs=$(realpath "$1")
out=target/package
rm -rf "$out"
mkdir -p "$out/man" "$out/completions"
"$programs/klero" man --out "$out/man" >/dev/null
{
    printf '.TH KLERO\\-VERIFY 1 "" "kleroterion" "User commands"\n.SH NAME\nklero\\-verify \\- verify the proof bundle of a public draw, offline\n.SH DESCRIPTION\n.nf\n'
    "$programs/klero-verify" --help | sed -e 's/\\/\\e/g' -e 's/-/\\-/g' -e "s/^[.']/\\\\\&&/"
    printf '.fi\n.SH SEE ALSO\n.BR klero (1)\n'
} >"$out/man/klero-verify.1"
for shell in bash zsh fish; do "$programs/klero" completions $shell >"$out/completions/$shell"; done
python3 packaging/sbom.py >"$out/sbom.cdx.json"
