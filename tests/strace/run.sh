#!/bin/bash
# Makes system calls fail: a writer appends to a log, one entry after the other, and the N-th fsync, fdatasync, write or rename of its writing thread
# returns EIO or ENOSPC, for every N up to the number that the same writer made unharmed. The database writes in threads of its own, which take turns as they
# like: of those the first pwrite64 or sync_file_range of each append fails. Each injection must be seen in strace's own record.
# Afterwards, with nothing failing, the log must open with everything that was acknowledged, or be repaired to that, or be refused; and the
# writer must have said that something failed, or have acknowledged everything.
#
#   tests/strace/run.sh [ENTRIES]        default 4
#
# Exit 0 if all hold, or if this machine does not permit ptrace (it then says "skipped: …"); 1 otherwise.
set -eu

ENTRIES=${1:-4}
cd "$(dirname "$0")/../.."
TARGET=${CARGO_TARGET_DIR:-target}
CALLS="fsync fdatasync write rename renameat renameat2"
DATABASE_CALLS="pwrite64 sync_file_range"

skip() { echo "skipped: $1"; exit 0; }
[ "$(uname)" = Linux ] || skip "needs Linux"
command -v strace >/dev/null 2>&1 || skip "strace is not installed"
strace -o /dev/null true 2>/dev/null || skip "this machine does not permit ptrace"

if [ -z "${PROGRAM:-}" ]; then
    cargo build --quiet --release --example power_cut_writer
    PROGRAM=$TARGET/release/examples/power_cut_writer
fi
# In memory if that is possible: what a sync costs is of no interest here.
WORK=$(mktemp -d -p /dev/shm 2>/dev/null || mktemp -d)
WRITER=
TRACER=
cleanup() {
    # `|| true`: what has ended need not be ended.
    for process in $WRITER $TRACER; do kill -9 "$process" 2>/dev/null || true; done
    rm -rf "$WORK"
}
trap cleanup EXIT
trap 'exit 130' INT TERM

fail() { echo "FAILED: $1"; sed 's/^/  /' "$WORK/words" 2>/dev/null || true; exit 1; }

# The log to begin with: so many entries that those below fill a bundle and begin the next.
"$PROGRAM" init "$WORK/template" >/dev/null
"$PROGRAM" steps "$WORK/template" $((256 - ENTRIES / 2)) </dev/null >/dev/null

# One run. $1: the entry before which strace is attached, from 1. $2: "thread" for the writing thread, "all" for every thread. After it: what strace does.
run() {
    entry=$1
    whom=$2
    shift 2
    rm -rf "$WORK/log" "$WORK/go"
    cp -a --sparse=always "$WORK/template" "$WORK/log"
    mkfifo "$WORK/go"
    : >"$WORK/said"
    : >"$WORK/record"
    : >"$WORK/attached"
    "$PROGRAM" steps "$WORK/log" "$ENTRIES" <"$WORK/go" >"$WORK/said" 2>"$WORK/words" &
    WRITER=$!
    exec 3>"$WORK/go"
    # A line for each entry before that one; the writer says one more, that the log is open.
    for _ in $(seq 2 "$entry"); do echo >&3; done
    until [ "$(wc -l <"$WORK/said")" -ge "$entry" ]; do
        kill -0 "$WRITER" 2>/dev/null || fail "the writer did not come to entry $entry"
        sleep 0.005
    done
    # A thread takes its name when it runs first.
    thread=
    until [ -n "$thread" ]; do
        thread=$(grep -ls '^sequencer' /proc/"$WRITER"/task/*/comm | cut -d/ -f5) || true
    done
    target="-p $thread"
    [ "$whom" = thread ] || target="-f -p $WRITER"
    # shellcheck disable=SC2086
    strace $target -o "$WORK/record" "$@" 2>"$WORK/attached" 3>&- &
    TRACER=$!
    until grep -q attached "$WORK/attached"; do
        kill -0 "$TRACER" 2>/dev/null || fail "strace did not attach: $(cat "$WORK/attached")"
        sleep 0.005
    done
    exec 3>&-
    ended=0
    wait "$WRITER" || ended=$?
    WRITER=
    # It ends with the thread that it watches.
    wait "$TRACER" || true
    TRACER=
}

run 1 thread -e trace="$(echo "$CALLS" | tr ' ' ',')"
[ "$ended" = 0 ] || fail "the unharmed writer failed"
cp "$WORK/record" "$WORK/unharmed"
injected=0 opened=0 repaired=0 refused=0

# What came of a run. $1: its name.
judge() {
    grep -q INJECTED "$WORK/record" || fail "$1: not injected: $(tail -3 "$WORK/record")"
    injected=$((injected + 1))
    # Whoever carries on must have acknowledged everything: the line "open", one for each entry, and "ended".
    if [ "$ended" = 0 ]; then
        [ "$(wc -l <"$WORK/said")" = $((ENTRIES + 2)) ] || fail "$1: the writer ended as if nothing were wrong"
    else
        grep -q "the log is read-only since" "$WORK/words" || fail "$1: the writer did not say that the log is read-only"
    fi
    result=$("$PROGRAM" mend "$WORK/log" "$WORK/said" 2>"$WORK/words") || fail "$1: afterwards"
    case $result in
        opened:*) opened=$((opened + 1)) ;;
        repaired:*) repaired=$((repaired + 1)); echo "$1: $result" ;;
        refused:*) refused=$((refused + 1)); echo "$1: $result" ;;
        *) fail "$1: $result" ;;
    esac
}

for call in $CALLS; do
    count=$(grep -c "^$call(" "$WORK/unharmed") || true
    echo "$call: $count times in $ENTRIES appends"
    for error in EIO ENOSPC; do
        n=1
        while [ "$n" -le "$count" ]; do
            run 1 thread -e trace="$call" -e inject="$call:error=$error:when=$n"
            judge "$call number $n, $error"
            n=$((n + 1))
        done
    done
done
for call in $DATABASE_CALLS; do
    for error in EIO ENOSPC; do
        n=1
        while [ "$n" -le "$ENTRIES" ]; do
            run "$n" all -e trace="$call" -e inject="$call:error=$error:when=1"
            judge "$call of the database at append $n, $error"
            n=$((n + 1))
        done
    done
    echo "$call of the database: at each of $ENTRIES appends"
done
[ "$injected" -gt 0 ] || fail "nothing was injected"
echo "$injected injections: $opened logs opened whole, $repaired were repaired, $refused were refused, none was believed wrongly"
