#!/usr/bin/env bash
# tests/proxy/run.sh KLERO: the example configurations of packaging/ before the real service, by the real nginx and Caddy: who a visitor is, events
# at once, headers for caches, figures hidden, sizes of what is sent. Only names, ports and certificates of the examples are replaced.
set -euo pipefail
klero=$(realpath "$1")
here=$(cd "$(dirname "$0")" && pwd)
root=$here/../..
work=$(mktemp -d)
pids=()
stop() {
    for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
    wait 2>/dev/null || true
    rm -rf "$work"
}
trap stop EXIT

ports=$(python3 -c 'import socket; s=[socket.socket() for _ in range(7)]; [x.bind(("127.0.0.1",0)) for x in s]; print(*[x.getsockname()[1] for x in s])')
read -r service metrics nginx_tls nginx_plain caddy_tls caddy_plain nothing <<<"$ports"

"$klero" demo --once --people 300 --dir "$work/demo" >"$work/demo.log"
dir=$(dirname "$(find "$work/demo" -name service.json -print -quit)")
cat >"$dir/klero.toml" <<CONF
listen = "127.0.0.1:$service"
relays = ["http://127.0.0.1:$nothing"]
trusted_proxies = ["127.0.0.1"]
[metrics]
listen = "127.0.0.1:$metrics"
[limits]
requests_per_minute = 40
CONF
"$klero" serve --dir "$dir" >"$work/serve.log" 2>&1 &
pids+=($!)
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout "$work/key.pem" -out "$work/cert.pem" \
    -subj /CN=draws.example.org -addext subjectAltName=DNS:draws.example.org -days 2 2>/dev/null

check() { python3 "$here/check.py" --name "$1" --port "$2" --service "$service" --metrics "$metrics" --cert "$work/cert.pem" --klero "$klero" --dir "$dir"; }

if command -v nginx >/dev/null; then
    mkdir -p "$work/nginx"
    sed -e "s/127.0.0.1:8080/127.0.0.1:$service/" -e "s/listen 80;/listen 127.0.0.1:$nginx_plain;/" -e "s/listen 443 /listen 127.0.0.1:$nginx_tls /" \
        -e '/listen \[::\]/d' -e "s#/etc/ssl/draws/fullchain.pem#$work/cert.pem#" -e "s#/etc/ssl/draws/privkey.pem#$work/key.pem#" \
        -e "s#/var/log/nginx#$work/nginx#" "$root/packaging/nginx/kleroterion.conf" >"$work/site.conf"
    {
        printf 'user root; daemon off; pid %s/nginx/pid; error_log %s/nginx/error.log;\n' "$work" "$work"
        printf 'events {}\nhttp { access_log off;\n'
        for kind in client_body proxy fastcgi uwsgi scgi; do printf '%s_temp_path %s/nginx/%s;\n' $kind "$work" $kind; done
        printf 'include %s/site.conf;\n}\n' "$work"
    } >"$work/nginx.conf"
    nginx -q -t -c "$work/nginx.conf" 2>"$work/nginx.test" || { cat "$work/nginx.test"; exit 1; }
    nginx -c "$work/nginx.conf" 2>"$work/nginx.log" &
    pids+=($!)
    check nginx "$nginx_tls" || { tail -20 "$work"/nginx/*.log "$work/nginx.log"; exit 1; }
else
    echo "skipped: nginx is not here"
fi

if command -v caddy >/dev/null; then
    {
        printf '{\n\tadmin off\n\tauto_https disable_redirects\n\thttp_port %s\n\thttps_port %s\n}\n' "$caddy_plain" "$caddy_tls"
        sed -e "s/127.0.0.1:8080/127.0.0.1:$service/" -e "s#^draws.example.org {#https://draws.example.org {\n\tbind 127.0.0.1\n\ttls $work/cert.pem $work/key.pem#" "$root/packaging/caddy/Caddyfile"
    } >"$work/Caddyfile"
    XDG_DATA_HOME=$work/caddy XDG_CONFIG_HOME=$work/caddy caddy run --config "$work/Caddyfile" --adapter caddyfile >"$work/caddy.log" 2>&1 &
    pids+=($!)
    check caddy "$caddy_tls" || { tail -20 "$work/caddy.log"; exit 1; }
else
    echo "skipped: caddy is not here"
fi
