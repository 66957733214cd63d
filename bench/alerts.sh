#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# usage: bench/alerts.sh BUILD [ITEMS [SEED]]
#
# What the rules of alerts would have said over half a year of simulated markets of ITEMS scanned items
# (40,000), and how much of it was right: worlds of assay-market with seeds from SEED (1000) on, which nothing
# was learnt from, taken in by `assay-batch replay`, asked by `rule dryrun`, judged by the world's truth.
# Four products are made for China, one for Japan, one for no market.
set -eu
build=$(cd "${1:?usage: alerts.sh BUILD [ITEMS [SEED]]}" && pwd)
items=${2:-40000}
seed=${3:-1000}
judge=$(cd "$(dirname "$0")" && pwd)/alerts/judge.py
work=$(mktemp -d "$build/bench-alerts-XXXXXX")
trap 'rm -rf "$work"' EXIT
mkdir -p "$build/../bench"
out=$(cd "$build/../bench" && pwd)/alerts.txt
export ASSAY_PASSPHRASE=bench
batch=$build/batch-tools/assay-batch
cd "$work"

"$batch" init brand --brand Bench >init.out
batches=()
for product in S0:CN S1:CN S2:CN S3:CN S4: S5:JP; do
    sku=${product%:*}
    market=${product#*:}
    "$batch" product add --data brand --sku "$sku" --name "茶|Tea" >add.out
    for lot in 1 2 3 4 5 6 7 8; do
        "$batch" batch create --data brand --sku "$sku" --count 2000000 --lot "L$lot" --pin \
            ${market:+--market "$market"} --out "order-$sku-$lot.json" --json >create.out
        handle=$(python3 -c 'import json; print(json.load(open("create.out"))["batch"]["handle"])')
        batches+=(--batch "$sku:$handle:2000000${market:+:$market}")
    done
done

# world NAME KIND [BEHAVIOUR [ONSET]]: one world, judged; ONSET: the week in which its fakes begin
world() {
    seed=$((seed + 1))
    "$build/bench/market/assay-market" --seed "$seed" --kind "$2" --behaviour "${3:-tuned}" \
        --items "$items" "${batches[@]}" --out truth
    cp -r brand run
    python3 "$judge" activations truth |
        while read -r handle at; do
            "$batch" batch activate "$handle" --data run --without-manifest --at "$at" >activate.out
        done
    "$batch" replay truth/scans.csv --data run --item-out items.csv >replay.out
    python3 "$judge" world "$batch" "$1" "${4:-}" >>worlds.jsonl
    rm -rf truth run
}

for behaviour in tuned commuter traveller gateway family cookieless tourist wechat vpn seldom; do
    world "clean, $behaviour" clean "$behaviour"
done
world grief grief
world viral viral
for kind in mass slow scattered before mixed pin invented diversion leak; do
    world "$kind" "$kind"
done
for kind in mass slow before; do
    for behaviour in tuned gateway family; do
        world "$kind from week 13, $behaviour" "$kind" "$behaviour,fake_share=0,fake_share_later=.1" 13
    done
done
python3 "$judge" table "$items" worlds.jsonl | tee "$out"
