#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# usage: bench/growth.sh BUILD
#
# Scan speed, memory, bytes an item and restart with 10^4, 10^6 and 10^7 scanned items, straight
# against the store; one line each, see growth.c. From the environment: SECONDS_EACH (20).
set -eu
build=$(cd "${1:?usage: growth.sh BUILD}" && pwd)
dir=$build/bench-growth
mkdir -p "$dir"
file_system=$(stat -f -c %T "$dir")
case $file_system in
tmpfs | ramfs)
    echo "growth.sh: $dir is on $file_system: fdatasync costs nothing there" >&2
    exit 1
    ;;
esac
trap 'rm -rf "$dir"' EXIT
echo "$(nproc) processors, $file_system"
for items in 10000 1000000 10000000; do
    "$build/bench/bench_growth" "$dir/data" $items "${SECONDS_EACH:-20}" 2>"$dir/log" ||
        { cat "$dir/log" >&2; exit 1; }
    rm -rf "$dir/data"
done
