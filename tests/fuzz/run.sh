#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# usage: tests/fuzz/run.sh [BUILD] SECONDS
#
# Run each fuzz target of BUILD (default build/fuzz) for SECONDS over its corpus, as many at once as
# there are cores. What is found new stays in BUILD/corpus; an input that fails a target is written
# to BUILD, its log is shown. A target that was not built is a failure. The last line is
# "N passed, N failed"; exit 1 if any failed.
set -eu
cd "$(dirname "$0")/../.."

build=build/fuzz
if [ $# = 2 ]; then
    build=$1
    shift
fi
seconds=${1:-}
case $#$seconds in
1*[!0-9]* | 1) bad=yes ;;
1*) bad=no ;;
*) bad=yes ;;
esac
if [ $bad = yes ]; then
    sed -n 's/^# usage/usage/p' "$0" >&2
    exit 2
fi

# one NAME: its log and its exit code go to BUILD/logs
one() {
    local name=$1 code=0
    mkdir -p "$build/corpus/$name"
    "$build/tests/fuzz/fuzz_$name" "$build/corpus/$name" "tests/fuzz/corpus/$name" \
        -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 \
        -artifact_prefix="$build/$name-" >"$build/logs/$name" 2>&1 || code=$?
    echo "$code" >"$build/logs/$name.code"
}
export -f one
export build seconds

names=$(ls tests/fuzz/fuzz_*.c | sed 's,.*/fuzz_\(.*\)\.c,\1,')
mkdir -p "$build/logs"
rm -f "$build"/logs/*
printf '%s\n' "$names" | xargs -P "$(nproc)" -I NAME bash -c 'one NAME'

passed=0
failed=0
for name in $names; do
    runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$build/logs/$name")
    if [ "$(cat "$build/logs/$name.code")" = 0 ] && [ "${runs:-0}" -gt 0 ]; then
        printf '%-16s %12s inputs\n' "$name" "$runs"
        passed=$((passed + 1))
    else
        printf '%-16s FAILED\n' "$name"
        tail -n 40 "$build/logs/$name"
        failed=$((failed + 1))
    fi
done
echo "$passed passed, $failed failed"
[ $failed = 0 ]
