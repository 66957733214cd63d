#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# usage: bench/http/http.sh BUILD
#
# How fast are durable scans over HTTP, next to the bare loop and next to nginx + Lua + Redis?
# Client and servers share this machine. Within a round every kind runs once for a few seconds, so
# that a slow moment of the machine hits all alike; medians over the rounds, ratios to (a).
#
#   (a) constant  the verifier's own h2o loop, answering a constant of a scan's size
#       posted    the same, asked with a body: the base of the kinds that send one
#   (b) first     first scans, each of another item, random order, empty body
#       json      the same with scan_id and device in the body
#   (c) repeat    scans of scanned items by devices never seen before
#       retry     scans of json, posted again: the same scan_id
#   (d) forged    codes with a right check character and a wrong tag
#   (e) rival     nginx, Lua, Redis with appendfsync always: MAC, first scan if absent, count
#
# From the environment: CONNECTIONS ("64 256 1024"), ROUNDS (3), SECONDS_EACH (6), ITEMS (14000000),
# LONG_SECONDS (60: then first scans, and repeats, for so long at 256 connections; 0: without).
set -eu
here=$(cd "$(dirname "$0")" && pwd)
build=$(cd "${1:?usage: http.sh BUILD}" && pwd)
connections=${CONNECTIONS:-64 256 1024}
rounds=${ROUNDS:-3}
seconds=${SECONDS_EACH:-6}
items=${ITEMS:-14000000}
long_seconds=${LONG_SECONDS:-60}

dir=$build/bench-http
# More than any server here answers; a run that uses them up is refused.
CODES_A_SECOND=200000
port=18080
ops_port=18081
constant_port=18082
rival_port=18083
export ASSAY_PASSPHRASE='bench passphrase'
batch_tool=$build/batch-tools/assay-batch
verifier_pid=
constant_pid=

die() {
    echo "http.sh: $*" >&2
    exit 1
}

cleanup() {
    for pid in $verifier_pid $constant_pid; do
        kill -TERM "$pid" 2>/dev/null || true
    done
    "$here/rival/rival.sh" stop "$dir/rival"
}

refuse_tmpfs() {
    file_system=$(stat -f -c %T "$dir")
    case $file_system in
    tmpfs | ramfs) die "$dir is on $file_system: fdatasync costs nothing there" ;;
    esac
}

make_brand() {
    rm -rf "$dir/data"
    "$batch_tool" init "$dir/data" --brand Bench --host "http://127.0.0.1:$port" >/dev/null
    "$batch_tool" product add --data "$dir/data" --sku BENCH --gtin 06901234567892 \
        --name '移动电源|Power bank 10400 mAh' --warranty-months 3 >/dev/null
    rm -f "$dir/order.json"
    "$batch_tool" batch create --data "$dir/data" --sku BENCH --count "$items" --lot L1 \
        --out "$dir/order.json" >/dev/null
    handle=$(sed -n 's/.*"handle" *: *"\([0-9A-Z]\{6\}\)".*/\1/p' "$dir/order.json" | head -n 1)
    "$batch_tool" batch activate "$handle" --data "$dir/data" --without-manifest >/dev/null
    "$build/bench/bench_make_codes" "$dir/data/keys" "$handle" 1 "$items" "$dir/codes"
}

start_verifier() {
    # A bench posts forged codes on purpose, far beyond what an address may.
    printf 'rates:\n  forged_per_minute: 0\n' >"$dir/verifier.yaml"
    "$build/verifier/assay-verifier" --data "$dir/data" --listen "127.0.0.1:$port" \
        --ops-listen "127.0.0.1:$ops_port" --config "$dir/verifier.yaml" </dev/null \
        >"$dir/verifier.log" 2>&1 &
    verifier_pid=$!
    for _ in $(seq 200); do
        curl -fsS -o /dev/null "http://127.0.0.1:$ops_port/readyz" 2>/dev/null && return 0
        kill -0 $verifier_pid 2>/dev/null || break
        sleep 0.1
    done
    die "the verifier did not start; see $dir/verifier.log"
}

start_constant() {
    local size
    size=$(curl -fsS -X POST "http://127.0.0.1:$port/v1/codes/$(head -c 20 "$dir/codes")/scans" |
        wc -c)
    "$build/bench/bench_http_constant" "127.0.0.1:$constant_port" "$(nproc)" "$size" \
        >"$dir/constant.log" 2>&1 &
    constant_pid=$!
    sleep 0.5
}

checkpoints() {
    curl -fsS "http://127.0.0.1:$ops_port/metrics" | awk '/^assay_checkpoints_total/ { print $2 }'
}

# next code not used by first and json; the first was used to learn the size of an answer
used=1

# Processor time so far of what serves a kind, in clock ticks.
ticks() {
    local pids
    case $1 in
    constant | posted) pids=$constant_pid ;;
    rival) pids="$(cat "$dir/rival/redis.pid") $(pgrep -P "$(cat "$dir/rival/nginx.pid")")" ;;
    *) pids=$verifier_pid ;;
    esac
    for pid in $pids; do
        cat "/proc/$pid/stat"
    done | sed 's/.*) //' | awk '{ sum += $12 + $13 } END { print sum }'
}

# measure KIND CONNECTIONS SECONDS: one run of wrk; the line goes to stdout
measure() {
    local kind=$1 count=$2 time=$3 at=$port file=$dir/codes from=0 how_many=$items line before
    case $kind in
    constant | posted) at=$constant_port how_many=100000 ;;
    first | json)
        from=$used
        how_many=$((time * CODES_A_SECOND))
        [ $((from + how_many)) -le "$items" ] || how_many=$((items - from))
        ;;
    repeat) how_many=$((used < 1000000 ? used : 1000000)) ;;
    retry) from=$json_from how_many=$json_count ;;
    forged) file=$dir/codes.forged how_many=1000000 ;;
    rival)
        "$here/rival/rival.sh" start "$dir/rival" "$rival_port" "$dir/codes.keys"
        at=$rival_port
        ;;
    esac
    [ "$how_many" -le "$items" ] || how_many=$items
    [ "$how_many" -gt 0 ] || die "no codes left for $kind: raise ITEMS"
    before=$(ticks "$kind")
    line=$(wrk -t2 -c"$count" -d"${time}s" --timeout 10s --latency -s "$here/scan.lua" \
        "http://127.0.0.1:$at" -- "${kind/rival/first}" "$file" "$from" "$how_many" |
        sed -n 's/^RESULT //p')
    line="$line ticks=$(($(ticks "$kind") - before))"
    [ "$kind" != rival ] || "$here/rival/rival.sh" stop "$dir/rival"
    case $line in rate=*) ;; *) die "wrk failed for $kind" ;; esac
    case $line in *"status=0 other=0 "*) ;; *) echo "http.sh: errors: $kind $count: $line" >&2 ;; esac
    case $line in *"overrun=0 "*) ;; *) die "$kind ran out of codes: raise ITEMS ($line)" ;; esac
    echo "$kind $count $line"
}

# count_used LINE: codes that a run of first or json took
count_used() {
    sed 's/.* used=\([0-9]*\) .*/\1/' <<<"$1"
}

one_round() {
    local count=$1 line
    echo "fdatasync $count $("$build/bench/bench_fdatasync" "$dir/sync" 1 8192)" >>"$dir/results"
    measure constant "$count" "$seconds" >>"$dir/results"
    measure posted "$count" "$seconds" >>"$dir/results"
    line=$(measure first "$count" "$seconds")
    used=$((used + $(count_used "$line") + 2))
    echo "$line" >>"$dir/results"
    line=$(measure json "$count" "$seconds")
    json_from=$used
    # Only what both threads of wrk have sent for sure, and got an answer to.
    json_count=$(($(count_used "$line") * 9 / 10))
    used=$((used + $(count_used "$line") + 2))
    echo "$line" >>"$dir/results"
    for kind in retry repeat forged rival; do
        measure $kind "$count" "$seconds" >>"$dir/results"
    done
}

long_run() {
    local kind before
    for kind in constant posted first repeat; do
        before=$(checkpoints)
        echo "long $(measure $kind 256 "$long_seconds") checkpoints=$(($(checkpoints) - before))" \
            >>"$dir/results"
    done
}

mkdir -p "$dir"
refuse_tmpfs
for program in wrk nginx redis-server curl; do
    command -v $program >/dev/null || die "$program is missing; ./dev bench installs it"
done
trap cleanup EXIT
make_brand
start_verifier
start_constant
: >"$dir/results"
for count in $connections; do
    for _ in $(seq "$rounds"); do
        one_round "$count"
    done
done
[ "$long_seconds" = 0 ] || long_run
python3 -B "$here/report.py" "$dir/results" "$file_system"
