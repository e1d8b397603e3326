#!/usr/bin/env bash
# Requests a second for a book of 2 kB: the server alone on core 0, wrk on core 1, 64 connections that stay open.
# Beside it a prebuilt answer of the same size from bare actix, in turn, since machines drift.
#   loadtest/rest.sh [ROUNDS]
# PROFILE=dist takes published binaries in place of release ones; BINARIES="a b" compares other builds of marketd.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

rounds="${1:-3}"
profile="${PROFILE:-release}"
target_dir="${CARGO_TARGET_DIR:-target}"
book="/api/v1/markets/binance:BTC-USDT/book?depth=36"
server=""
work_dir="$(mktemp -d)"

say() { printf '%s\n' "rest: $*"; }

stop_server() {
    [ -z "$server" ] || { kill "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true; }
    server=""
}
trap 'stop_server; rm -rf "$work_dir"' EXIT
trap 'exit 130' INT TERM

command -v wrk >/dev/null || { say "wrk is needed: apt-get install wrk"; exit 1; }
if [ -z "${BINARIES:-}" ]; then
    cargo build --profile "$profile" -p marketd --bin marketd --example bare-answer
    BINARIES="$target_dir/$profile/marketd"
fi
bare="$target_dir/$profile/examples/bare-answer"
port="$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')"
url="http://127.0.0.1:$port$book"

# Of the whole process, in hundredths of a second.
cpu_ticks() { awk '{ print $14 + $15 }' "/proc/$server/stat"; }

# NAME COMMAND...
measure() {
    local name="$1"
    shift
    taskset -c 0 "$@" >"$work_dir/server.log" 2>&1 &
    server=$!
    for _ in $(seq 100); do
        if curl -fs --noproxy '*' -o "$work_dir/answer" "$url"; then break; fi
        sleep 0.1
    done
    [ -s "$work_dir/answer" ] || { say "$name does not answer"; tail "$work_dir/server.log"; exit 1; }
    local before after
    before="$(cpu_ticks)"
    taskset -c 1 wrk -t1 -c64 -d5s --latency "$url" >"$work_dir/wrk.log"
    after="$(cpu_ticks)"
    grep -q "Non-2xx\|Socket errors" "$work_dir/wrk.log" && { say "$name failed"; cat "$work_dir/wrk.log"; exit 1; }
    awk -v name="$name" -v ticks="$((after - before))" -v length_="$(wc -c <"$work_dir/answer")" '
        /50%/ { median = $2 } /99%/ { tail = $2 } /requests in/ { count = $1 } /Requests\/sec/ { rate = $2 }
        END { printf "%-16s %9.0f requests/s %9.0f per CPU second   p50 %s p99 %s   %d bytes\n",
              name, rate, count * 100 / ticks, median, tail, length_ }' "$work_dir/wrk.log"
    rm "$work_dir/answer"
    stop_server
}

export MARKETD__HTTP__BIND="127.0.0.1:$port" MARKETD__HTTP__WORKERS=1 MARKETD__DATA_DIR="$work_dir/data" \
    MARKETD__VENUES__SIM__ENABLED=false
for _ in $(seq "$rounds"); do
    [ ! -x "$bare" ] || measure "bare actix" "$bare" "127.0.0.1:$port"
    for binary in $BINARIES; do
        measure "$(basename "$binary")" "$binary"
    done
done
