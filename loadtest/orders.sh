#!/usr/bin/env bash
# Durable orders a second: 32 connections place orders that end at once, each answered when it is on the disk. SQLite, and
# Postgres where DATABASE_URL names one. Server and load share the machine.
#   loadtest/orders.sh [ROUNDS]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

rounds="${1:-3}"
profile="${PROFILE:-release}"
target_dir="${CARGO_TARGET_DIR:-target}"
binary="${MARKETD_BINARY:-$target_dir/$profile/marketd}"
server=""
work_dir="$(mktemp -d)"

say() { printf '%s\n' "orders: $*"; }

stop_server() {
    [ -z "$server" ] || { kill "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true; }
    server=""
}
trap 'stop_server; rm -rf "$work_dir"' EXIT
trap 'exit 130' INT TERM

command -v wrk >/dev/null || { say "wrk is needed: apt-get install wrk"; exit 1; }
[ -n "${MARKETD_BINARY:-}" ] || cargo build --profile "$profile" -p marketd --bin marketd
port="$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')"
url="http://127.0.0.1:$port/api/v1"

# Far from the market and for this moment only: accepted, holds money back, ends, gives it back.
cat >"$work_dir/order.lua" <<'LUA'
wrk.method = "POST"
wrk.headers["content-type"] = "application/json"
wrk.body = '{"market":"sim:BTC-USD","side":"buy","type":"limit","time_in_force":"ioc","qty":"0.001","price":"30000"}'
local refused = 0
function response(status)
    if status ~= 201 then refused = refused + 1; if refused == 1 then io.stderr:write("refused with ", status, "\n") end end
end
LUA

# NAME STORE-URL
measure() {
    rm -rf "$work_dir/data"
    MARKETD__HTTP__BIND="127.0.0.1:$port" MARKETD__DATA_DIR="$work_dir/data" MARKETD__STORE__URL="$2" \
        MARKETD__REPLAY__BUILTIN=false "$binary" >"$work_dir/server.log" 2>&1 &
    server=$!
    for _ in $(seq 100); do
        if curl -fs --noproxy '*' -o /dev/null "$url/balances"; then break; fi
        sleep 0.1
    done
    wrk -t1 -c32 -d5s --latency -s "$work_dir/order.lua" "$url/orders" >"$work_dir/wrk.log"
    if grep -q "Non-2xx\|Socket errors" "$work_dir/wrk.log"; then say "$1 failed"; cat "$work_dir/wrk.log"; exit 1; fi
    awk -v name="$1" '/50%/ { median = $2 } /99%/ { tail = $2 } /Requests\/sec/ { rate = $2 }
        END { printf "%-10s %7.0f orders/s   p50 %s p99 %s\n", name, rate, median, tail }' "$work_dir/wrk.log"
    stop_server
}

for _ in $(seq "$rounds"); do
    measure sqlite ""
    [ -z "${DATABASE_URL:-}" ] || measure postgres "$DATABASE_URL"
done
