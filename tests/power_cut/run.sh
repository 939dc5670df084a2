#!/bin/sh
# Cuts the power: an ext4 image is mounted by loop, a writer appends to a log on it, the writer is killed, and the image is
# copied at once, so that what was only in the kernel's memory is not in the copy. The copy is mounted, as a machine would
# after the cut, and must hold every step that was acknowledged and agree with its guard.
#
#   tests/power_cut/run.sh [RUNS]        default 20, of a whole log and then of the database alone
#
# Exit 0 if all runs hold, or if this machine does not permit loop mounts (it then says "skipped: …"); 1 otherwise.
# A killed process alone proves nothing here: what it wrote stays in the kernel's memory and reaches the disk later.
# That the cut is real was seen by leaving out syncs: without those of tiles and guard no run of a log holds, and without
# that of the database file the database alone loses what it acknowledged as soon as its file has grown once.
set -eu

RUNS=${1:-20}
cd "$(dirname "$0")/../.."
TARGET=${CARGO_TARGET_DIR:-target}

skip() { echo "skipped: $1"; exit 0; }
[ "$(uname)" = Linux ] || skip "needs Linux"
[ "$(id -u)" = 0 ] || skip "needs root, to mount an image"
for tool in mkfs.ext4 losetup mount umount truncate; do
    command -v "$tool" >/dev/null 2>&1 || skip "$tool is not installed"
done

WORK=$(mktemp -d)
WRITER=
cleanup() {
    # `|| true`: what is not there, or not mounted any more, need not be undone.
    [ -z "$WRITER" ] || kill -9 "$WRITER" 2>/dev/null || true
    umount "$WORK/live" 2>/dev/null || true
    umount "$WORK/after" 2>/dev/null || true
    rm -rf "$WORK"
}
trap cleanup EXIT
trap 'exit 130' INT TERM

mkdir "$WORK/live" "$WORK/after"
truncate -s 512M "$WORK/image"
mkfs.ext4 -q "$WORK/image"
mount -o loop "$WORK/image" "$WORK/live" 2>/dev/null || skip "this machine does not permit loop mounts"
umount "$WORK/live"

cargo build --quiet --release --example power_cut_writer
PROGRAM=$TARGET/release/examples/power_cut_writer

# One power cut. $1: "" for a whole log, "-store" for a database alone, to which no other file's sync comes to help.
# $2: how many acknowledgements to wait for.
cut() {
    truncate -s 0 "$WORK/image"
    truncate -s 512M "$WORK/image"
    mkfs.ext4 -q "$WORK/image"
    mount -o loop "$WORK/image" "$WORK/live"
    "$PROGRAM" "init$1" "$WORK/live/log" >/dev/null
    : >"$WORK/said"
    "$PROGRAM" "write$1" "$WORK/live/log" >"$WORK/said" &
    WRITER=$!
    while [ "$(wc -l <"$WORK/said")" -le "$2" ]; do
        kill -0 "$WRITER" 2>/dev/null || { echo "the writer ended by itself"; exit 1; }
    done
    kill -9 "$WRITER"
    # Only what the disk has: the image file as it is now, with nothing unmounted or synced.
    cp --sparse=always "$WORK/image" "$WORK/copy"
    wait "$WRITER" 2>/dev/null || true
    WRITER=
    umount "$WORK/live"
    mount -o loop "$WORK/copy" "$WORK/after"
    outcome=0
    result=$("$PROGRAM" "compare$1" "$WORK/after/log" "$WORK/said" 2>&1) || outcome=1
    umount "$WORK/after"
    rm -f "$WORK/copy"
    return "$outcome"
}

failed=0
for kind in "" -store; do
    name=log
    [ -z "$kind" ] || name="database alone"
    held=0
    run=1
    while [ "$run" -le "$RUNS" ]; do
        # The cut comes after another number of acknowledgements each time: from the first to some thousands.
        if cut "$kind" $(( 1 + (run - 1) * (run - 1) * 8 )); then
            held=$((held + 1))
            echo "$name, run $run: $result"
        else
            echo "$name, run $run: FAILED: $result"
        fi
        run=$((run + 1))
    done
    echo "$name: $held of $RUNS runs hold every acknowledged step"
    [ "$held" -eq "$RUNS" ] || failed=1
done
exit "$failed"
