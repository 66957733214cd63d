#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# usage: bench/risk/train.sh BUILD
#
# Makes core/risk_default.inc, core/calibrate_counts.inc and core/calibrate_tail.inc: the built-in table
# of risk and what calibration draws to. Ten worlds, seeds 101 to 110, behaviour tuned; the same files
# byte for byte on every machine. Build anew afterwards.
set -eu
build=$(cd "${1:?usage: train.sh BUILD}" && pwd)
root=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d "$build/risk-train-XXXXXX")
trap 'rm -rf "$work"' EXIT
seed=101
for world in clean slow scattered before mass grief viral mixed mass,fake_share=.01,rings=1 \
    before,fake_share=.02,rings=1; do
    rest=${world#*,}
    [ "$rest" != "$world" ] || rest=tuned
    "$root/bench/risk/world.sh" "$build" "$work/$seed" "$seed" "${world%%,*}" "$rest" 60000
    seed=$((seed + 1))
done
"$build/bench/risk/assay-risk-train" "$root/core" "$work"/*
