#!/usr/bin/env bash
# Makes a log and a fork of it with the real program, and has both checked by golang.org/x/mod/sumdb: a program that nobody here wrote.
# Needs Debian's golang-go and golang-golang-x-mod-dev. Usage: tests/go/run.sh [KLERO [LOG]]; LOG is a folder that examples/make_log made, with tiles that are full.
set -euo pipefail
klero=$(realpath "${1:-target/release/klero}")
large=${2:+$(realpath "$2")}
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
origin=draws.example.org/log

# Two services with one key. What follows the first step differs.
"$klero" init --dir "$work/one" --origin $origin >/dev/null
mkdir -p "$work/two"
cp -r "$work/one/keys" "$work/two/keys"
"$klero" init --dir "$work/two" --origin $origin >/dev/null
for name in eupen/clerk raeren/clerk lontzen/clerk; do
    "$klero" keys new --name $name --out "$work/${name%/*}.key" >/dev/null
done
enrol() { # SERVICE ORGANISER
    "$klero" organiser new --id "$2" --name "Stadt $2" --log $origin --member "$work/$2.key" --threshold 1 --out "$work/$2.note" >/dev/null
    "$klero" sign "$work/$2.note" --key "$work/$2.key" >/dev/null
    "$klero" organiser enrol "$work/$2.note" --dir "$work/$1" >/dev/null
    rm "$work/$2.note"
}
announce() { # SERVICE ORGANISER DRAW
    "$klero" draw announce "$3" --dir "$work/$1" --organiser "$2" --purpose "$3" --title "de=$3" --draws-at +30d --key "$work/$2.key" >/dev/null
}
enrol one eupen
cp "$work/one/public/checkpoint" "$work/old"
for number in 1 2 3 4 5; do announce one eupen draw-$number; done
enrol two raeren
enrol two lontzen

# The monitor sees the one, then the other; the comparison sees both.
"$klero" monitor "$work/one" --dir "$work/watch" >/dev/null
if "$klero" monitor "$work/two" --dir "$work/watch" >"$work/said"; then echo "the monitor found nothing"; exit 1; fi
grep -q 'log.fork' "$work/said"
mkdir "$work/frauds"
cp "$work"/watch/fraud-*.json "$work/frauds/"
if "$klero" compare "$work/old" "$work/two" --key "$(cat "$work/one/public/log.vkey")" --out "$work/frauds/compared.json" >/dev/null; then
    echo "the comparison found nothing"; exit 1
fi
for proof in "$work"/frauds/*.json; do "$klero" verify "$proof"; done

export GO111MODULE=off GOPATH=/usr/share/gocode GOFLAGS= GOCACHE="$work/cache"
export KLERO_LOG="$work/one/public" KLERO_VKEY="$work/one/public/log.vkey" KLERO_OLD="$work/old" KLERO_FRAUDS="$work/frauds/*.json"
go test -v -count=1 .
if [ -n "$large" ]; then
    export KLERO_LOG="$large/public" KLERO_VKEY="$large/public/log.vkey" KLERO_OLD="$large/old"
    go test -v -count=1 -run TestCheckpoints .
fi
