#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# usage: bench/audit_queries.sh BUILD
#
# Median and 99th percentile of every view of the dashboard over the roll-ups of 10^8 scans, once with
# 10 countries and once with 40, of 40 regions each. Fails if a 99th percentile, by processor time, is 100 ms or more. From the
# environment: ROUNDS (20).
set -eu
build=$(cd "${1:?usage: audit_queries.sh BUILD}" && pwd)
dir=$build/bench-audit-queries
trap 'rm -rf "$dir"' EXIT
for countries in 10 40; do
    rm -rf "$dir"
    "$build/bench/bench_audit_queries" "$dir" "${ROUNDS:-20}" "$countries"
done
