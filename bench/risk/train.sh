#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# usage: bench/risk/train.sh BUILD
#
# Makes core/risk_default.inc, core/calibrate_counts.inc and core/calibrate_tail.inc: the built-in table
# of risk and what calibration draws to. Seeds 201 to 224, each with a behaviour of its own, drawn at
# random between bounds far apart (behaviour.py), so that the table fits no market in particular; the same
# files byte for byte on every machine. Build anew afterwards.
set -eu
build=$(cd "${1:?usage: train.sh BUILD}" && pwd)
root=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d "$build/risk-train-XXXXXX")
trap 'rm -rf "$work"' EXIT
seed=201
for kind in clean slow scattered before mass grief viral mixed slow scattered before after mass slow \
    mixed before grief scattered slow mass,fake_share=.01,rings=1 before,fake_share=.02,rings=1 mixed after clean; do
    rest=${kind#*,}
    [ "$rest" != "$kind" ] && rest=,$rest || rest=
    "$root/bench/risk/world.sh" "$build" "$work/$seed" "$seed" "${kind%%,*}" \
        "$(python3 "$root/bench/risk/behaviour.py" "$seed")$rest" 40000
    seed=$((seed + 1))
done
"$build/bench/risk/assay-risk-train" "$root/core" "$work"/*
