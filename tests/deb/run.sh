#!/usr/bin/env bash
# tests/deb/run.sh PROGRAMS: the Debian package, made of the programs in PROGRAMS (target/release): its contents, its bill of materials, its unit; then
# installed, started, upgraded, removed and purged in a copy of this machine's system that is thrown away (an overlay, so it needs root). Where systemd
# is not what runs the machine, the unit's ExecStart is run as the unit's user with the unit's environment, and its sandbox is only looked at.
set -euo pipefail
cd "$(dirname "$0")/../.."
programs=$(realpath "$1")
say() { printf '%s\n' "$*"; }
fail() { say "$*"; exit 1; }

work=$(mktemp -d)
root=$work/system/root
stop() {
    if [ -d "$root/tmp" ]; then chroot "$root" /bin/sh -c '[ ! -f /tmp/pid ] || kill $(cat /tmp/pid)' 2>/dev/null || true; fi
    for at in "$root/dev" "$root/proc" "$root" "$work/system"; do umount -l "$at" 2>/dev/null || true; done
    rm -rf "$work"
}
trap stop EXIT

packaging/prepare.sh "$programs"
[ "$programs" = "$(realpath target/release)" ] || fail "the package takes its programs from target/release"
for version in 0.1.0-1 0.1.1-1; do cargo deb --quiet --locked --no-build --fast --deb-version $version --output "$work/kleroterion_$version.deb"; done
old=$work/kleroterion_0.1.0-1.deb new=$work/kleroterion_0.1.1-1.deb

say "-- contents"
dpkg-deb --contents "$old" >"$work/contents"
for path in ./usr/bin/klero ./usr/bin/klero-verify ./usr/sbin/klero-service ./etc/kleroterion/klero.toml ./lib/systemd/system/kleroterion.service \
    ./usr/share/man/man1/klero.1.gz ./usr/share/man/man1/klero-draw-seal.1.gz ./usr/share/man/man1/klero-verify.1.gz ./usr/share/man/man8/klero-service.8.gz \
    ./usr/share/bash-completion/completions/klero ./usr/share/zsh/vendor-completions/_klero ./usr/share/fish/vendor_completions.d/klero.fish \
    ./usr/share/doc/kleroterion/copyright ./usr/share/doc/kleroterion/sbom.cdx.json ./usr/share/doc/kleroterion/letters/nl/invitation.md; do
    grep -q " $path\$" "$work/contents" || fail "the package lacks $path"
done
! grep -vE '^[dl-]rw[x-]r-[x-]r-[x-] +(root/root|0/0) ' "$work/contents" || fail "the package has files that others may change, or that are not root's"
if command -v lintian >/dev/null; then
    lintian --allow-root --fail-on error "$old" || fail "lintian found errors"
else
    say "skipped: lintian is not here"
fi
say "-- unit"
if systemd-analyze security --help 2>/dev/null | grep -q -- --offline; then
    told=$(systemd-analyze security --offline=true packaging/debian/kleroterion.service | tail -1)
    say "$told"
    awk -v told="$told" 'BEGIN { split(told, words, ": "); exit !(words[2] + 0 > 0 && words[2] + 0 <= 2) }' || fail "the unit is more exposed than 2"
else
    say "skipped: systemd-analyze is not here, or too old for --offline"
fi
say "-- bill of materials"
if python3 -m venv "$work/venv" && "$work/venv/bin/pip" --quiet install 'cyclonedx-python-lib[json-validation]==11.12.0'; then
    "$work/venv/bin/python" tests/deb/sbom.py target/package/sbom.cdx.json "$programs/klero" "$programs/klero-verify"
else
    say "skipped: cyclonedx-python-lib cannot be installed from PyPI here"
fi

say "-- installed in a copy of the system"
mkdir -p "$work/system"
if ! mount -t tmpfs tmpfs "$work/system" 2>/dev/null; then say "skipped: no file system can be mounted here"; exit 0; fi
mkdir -p "$work/system/upper" "$work/system/work" "$root"
if ! mount -t overlay overlay -o "lowerdir=/,upperdir=$work/system/upper,workdir=$work/system/work" "$root" 2>/dev/null; then
    say "skipped: no overlay can be mounted here"
    exit 0
fi
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev" && mount --make-rslave "$root/dev"
# No service of the copy may start, and none knows of this machine's systemd.
printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d" && chmod +x "$root/usr/sbin/policy-rc.d"
cp "$old" "$new" "$root/tmp/"
in_copy() { chroot "$root" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C "$@"; }
[ -x "$root/usr/sbin/adduser" ] || fail "adduser is not here: apt-get install adduser"

in_copy dpkg --install "/tmp/$(basename "$old")" >"$work/install.log" 2>&1 || { cat "$work/install.log"; exit 1; }
grep -q "klero-service init" "$work/install.log" || fail "the package does not say what comes next"
[ "$(in_copy stat -c '%U %a' /var/lib/kleroterion)" = "kleroterion 700" ] || fail "/var/lib/kleroterion is not the service's alone"
in_copy klero-service init --origin draws.example.org/log
[ "$(in_copy find /var/lib/kleroterion ! -user kleroterion | wc -l)" = 0 ] || fail "the service's folder has files of somebody else"
! in_copy runuser -u nobody -- ls /var/lib/kleroterion/service >/dev/null 2>&1 || fail "anybody can look into the service's folder"
in_copy klero-service serve --check-config >"$work/check"
grep -q '/etc/kleroterion/klero.toml' "$work/check" || fail "the settings of /etc are not read"

# The unit's own words.
unit() { sed -n "s/^$1=//p" "$root/lib/systemd/system/kleroterion.service" | tail -1; }
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
sed -i -e "s/^listen = .*/listen = \"127.0.0.1:$port\"/" -e 's|^#publish_to = .*|publish_to = "file:///srv/draws/log"|' -e 's|^#relays = .*|relays = ["http://127.0.0.1:9"]|' \
    "$root/etc/kleroterion/klero.toml"
in_copy install -d -o kleroterion -g kleroterion /srv/draws
# The data key apart from the data, where systemd would put it for the service.
start() {
    in_copy install -d -m 0700 -o kleroterion -g kleroterion /run/credentials/kleroterion.service
    if [ -e "$root/etc/credstore/kleroterion.data.key" ]; then
        in_copy install -m 0400 -o kleroterion -g kleroterion /etc/credstore/kleroterion.data.key /run/credentials/kleroterion.service/data.key
    fi
    in_copy runuser -u "$(unit User)" -- /bin/sh -c "cd $(unit WorkingDirectory) && umask $(unit UMask) && export $(unit Environment) CREDENTIALS_DIRECTORY=/run/credentials/kleroterion.service \
        && $(unit ExecStartPre) >/dev/null && { $(unit ExecStart) >/tmp/serve.log 2>&1 & echo \$! >/tmp/pid; }"
    for _ in $(seq 600); do
        if curl -fsS "http://127.0.0.1:$port/readyz" >/dev/null 2>&1; then return; fi
        sleep 0.1
    done
    cat "$root/tmp/serve.log"
    fail "the service does not start"
}
halt() {
    local pid
    pid=$(cat "$root/tmp/pid")
    kill "$pid"
    for _ in $(seq 600); do [ -d "/proc/$pid" ] || { rm "$root/tmp/pid" && return; }; sleep 0.1; done
    fail "the service does not end"
}
checkpoint() { curl -fsS "http://127.0.0.1:$port/checkpoint"; }

start
checkpoint >"$work/first"
grep -q '^draws.example.org/log$' "$work/first" || fail "no checkpoint is served"
halt
in_copy install -d -m 0700 /etc/credstore
mv "$root/var/lib/kleroterion/service/keys/data.key" "$root/etc/credstore/kleroterion.data.key"
in_copy chown root:root /etc/credstore/kleroterion.data.key
start
for _ in $(seq 600); do [ -e "$root/srv/draws/log/checkpoint" ] && break; sleep 0.1; done
in_copy runuser -u www-data -- cmp /srv/draws/log/checkpoint - <"$work/first" || fail "a web server cannot read what was published"
in_copy klero-service draw status >/dev/null

say "-- upgraded"
halt
before=$(sha256sum "$root/etc/kleroterion/klero.toml" | cut -d' ' -f1)
in_copy dpkg --install --force-confold "/tmp/$(basename "$new")" >"$work/upgrade.log" 2>&1 || { cat "$work/upgrade.log"; exit 1; }
[ "$(in_copy dpkg-query -W -f '${Version}' kleroterion)" = 0.1.1-1 ] || fail "the upgrade is not installed"
[ "$(sha256sum "$root/etc/kleroterion/klero.toml" | cut -d' ' -f1)" = "$before" ] || fail "the upgrade changed the settings"
start
checkpoint | cmp - "$work/first" || fail "the log is another one after the upgrade"
halt

say "-- removed and installed again"
in_copy dpkg --remove kleroterion >/dev/null
[ ! -e "$root/usr/bin/klero" ] && [ -e "$root/var/lib/kleroterion/service/service.json" ] && [ -e "$root/etc/kleroterion/klero.toml" ] || fail "removing took too much, or too little"
in_copy dpkg --install "/tmp/$(basename "$new")" >/dev/null 2>&1
start
checkpoint | cmp - "$work/first" || fail "the log is another one after removing"
halt

say "-- purged"
in_copy dpkg --purge kleroterion >/dev/null 2>&1
for path in /var/lib/kleroterion /etc/kleroterion /etc/credstore/kleroterion.data.key /usr/bin/klero /lib/systemd/system/kleroterion.service; do [ ! -e "$root$path" ] || fail "$path is left"; done
! in_copy getent passwd kleroterion >/dev/null || fail "the user is left"
say "the package installs, starts, upgrades, goes and leaves nothing (systemd does not run here: its unit was carried out by hand)"
