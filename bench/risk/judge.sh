#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# usage: bench/risk/judge.sh BUILD [ITEMS]
#
# Recall and false alarms of the risk score on worlds that it was not learnt from: seeds from 7001, kinds of
# fakes, behaviours other than the tuned one. `at`: codes above the score that this share of the world's
# genuine codes exceeds; `levels`: codes at check, suspect, cloned and above; both by the built-in table and
# by the one calibrated with 5% of the genuine items (reference items). Mass copies are counted by items,
# others by codes of which two items and more were scanned; griefed and viral ones all. At the end the goals
# with the figures beside them.
set -eu
build=$(cd "${1:?usage: judge.sh BUILD [ITEMS]}" && pwd)
items=${2:-100000}
root=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d "$build/risk-judge-XXXXXX")
trap 'rm -rf "$work"' EXIT
mkdir -p "$build/../bench"
out=$build/../bench/risk.txt
seed=7001
heads=
{
    for kind in slow scattered mass before mixed grief viral clean; do
        for behaviour in tuned commuter traveller gateway family cookieless tourist wechat vpn seldom; do
            case $kind-$behaviour in
            slow-* | clean-* | *-tuned | *-gateway | *-cookieless | *-family) ;;
            *) continue ;;
            esac
            world=$work/$kind-$behaviour
            "$root/bench/risk/world.sh" "$build" "$world" "$seed" "$kind" "$behaviour" "$items"
            "$build/bench/risk/assay-risk-judge" "$world" | sed "1{${heads:+d}}"
            rm -rf "$world"
            heads=no
            seed=$((seed + 1))
        done
    done
} | tee "$out"
python3 "$root/bench/risk/goals.py" "$out" | tee "$build/../bench/risk-goals.txt"
