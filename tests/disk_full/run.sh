#!/bin/sh
# Fills the disk: a writer appends to a log on a small file system until there is no room left. Then nothing that was acknowledged may be
# lost, the writer must have said in words that the log is read-only and why, opening on the full disk must not harm it, and after some
# room was made the log must open, hold everything, and take entries again.
#
#   tests/disk_full/run.sh [RUNS]        default 8, on tmpfs and then on ext4 in a file
#
# Exit 0 if all runs hold, or if this machine does not permit mounts (it then says "skipped: …"); 1 otherwise.
set -eu

RUNS=${1:-8}
cd "$(dirname "$0")/../.."
TARGET=${CARGO_TARGET_DIR:-target}

skip() { echo "skipped: $1"; exit 0; }
[ "$(uname)" = Linux ] || skip "needs Linux"
[ "$(id -u)" = 0 ] || skip "needs root, to mount a small file system"
for tool in mkfs.ext4 mount umount truncate timeout; do
    command -v "$tool" >/dev/null 2>&1 || skip "$tool is not installed"
done

WORK=$(mktemp -d)
cleanup() {
    # What is not mounted any more need not be undone.
    umount "$WORK/small" 2>/dev/null || true
    rm -rf "$WORK"
}
trap cleanup EXIT
trap 'exit 130' INT TERM

mkdir "$WORK/small"
mount -t tmpfs -o size=1m none "$WORK/small" 2>/dev/null || skip "this machine does not permit mounts"
umount "$WORK/small"
truncate -s 160M "$WORK/image"
mkfs.ext4 -q "$WORK/image"
kinds="tmpfs"
if mount -o loop "$WORK/image" "$WORK/small" 2>/dev/null; then
    umount "$WORK/small"
    kinds="tmpfs ext4"
else
    echo "skipped: ext4, as this machine does not permit loop mounts"
fi

cargo build --quiet --release --example power_cut_writer
PROGRAM=$TARGET/release/examples/power_cut_writer

failed() { echo "$kind, run $run: FAILED: $1"; sed 's/^/    /' "$WORK/words" 2>/dev/null | tail -5; exit 1; }

for kind in $kinds; do
    run=1
    while [ "$run" -le "$RUNS" ]; do
        if [ "$kind" = tmpfs ]; then
            mount -t tmpfs -o size=160m none "$WORK/small"
        else
            mkfs.ext4 -q -F "$WORK/image"
            mount -o loop "$WORK/image" "$WORK/small"
        fi
        "$PROGRAM" init "$WORK/small/log" >/dev/null 2>"$WORK/words" || failed "no log could be made"
        # A database is not opened without room, so the disk fills under a log that is open: first room that is given back later, then the rest,
        # of another size each time, so that the disk is full at another write.
        : >"$WORK/said"
        timeout 300 "$PROGRAM" write "$WORK/small/log" >"$WORK/said" 2>"$WORK/words" &
        writer=$!
        waited=0
        while [ "$(wc -l <"$WORK/said")" -lt 5 ] && [ "$waited" -lt 300 ]; do sleep 0.1; waited=$((waited + 1)); done
        head -c $((64 * 1024 * 1024)) /dev/zero >"$WORK/small/ballast" 2>/dev/null || true
        free=$(df --output=avail -k "$WORK/small" | tail -1)
        rest=$((free - 300 - run * 17))
        [ "$rest" -le 0 ] || head -c $((rest * 1024)) /dev/zero >"$WORK/small/rest" 2>/dev/null || true
        if wait "$writer"; then
            failed "the writer ended without saying why"
        fi
        grep -q "the log is read-only since" "$WORK/words" || failed "the writer did not say that the log is read-only"
        reason=$(sed -n 's/.*read-only since \([^;]*\).*/\1/p' "$WORK/words" | head -1)
        acknowledged=$(wc -l <"$WORK/said")
        [ "$acknowledged" -gt 1 ] || failed "nothing was acknowledged before the disk was full"
        # Opening on the full disk may be refused, in words.
        status=0
        timeout 300 "$PROGRAM" compare "$WORK/small/log" "$WORK/said" >"$WORK/full" 2>&1 || status=$?
        [ "$status" -le 1 ] && grep -qi "space\|room" "$WORK/full" && [ -s "$WORK/full" ] || { cp "$WORK/full" "$WORK/words"; failed "opening on the full disk ended with $status"; }
        rm "$WORK/small/ballast"
        result=$("$PROGRAM" compare "$WORK/small/log" "$WORK/said" 2>"$WORK/words") || failed "after room was made"
        echo "$kind, run $run: $result; full: $reason"
        umount "$WORK/small"
        run=$((run + 1))
    done
    echo "$kind: $RUNS of $RUNS runs hold every acknowledged step"
done
