#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# usage: audit_estimates.sh BUILD [ITEMS [SEED]]
# How right are the estimates of fake shares? On worlds of assay-market: what scans say is learnt on
# seeds below 1000 with the behaviour `tuned`; judged are seeds above SEED (1000), with all behaviours.
set -eu
market=$1/bench/market/assay-market
bench=$1/bench/estimates/bench_estimates
items=${2:-60000}
above=${3:-1000}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

batches=()
for sku in 1 2; do
    for letter in A B C D E F G H J K M N P Q R S T V W X; do
        batches+=(--batch "P$sku:${letter}0000$sku:$((items / 4)):CN")
    done
done

# make KIND SEED [BEHAVIOUR]: a world, its folder named by kind, seed and behaviour
make() {
    "$market" --seed "$2" --kind "$1" --behaviour "${3:-tuned}" --items "$items" \
        "${batches[@]}" --out "$folder/$1-$2-${3:-tuned}"
}

for seed in 1 2; do
    for kind in before slow mass scattered single; do
        make $kind $seed
    done
done
"$bench" learn "$folder/table" "$folder"/*-*
rm -r "$folder"/*-*

for seed in $((above + 1)) $((above + 2)); do
    for kind in clean before after slow mass scattered single rho2 mixed grief viral refill; do
        make $kind $seed
    done
done
seed=$((above + 10))
for behaviour in commuter traveller gateway family cookieless tourist wechat vpn seldom; do
    seed=$((seed + 1))
    for kind in clean before after slow mixed; do
        make $kind $seed $behaviour
    done
    make change $seed "$behaviour,period_weeks=13"
done
for seed in $((above + 31)) $((above + 32)) $((above + 33)); do
    make change $seed period_weeks=13
done
"$bench" judge "$folder/table" "$folder"/*-*
echo
echo "worlds of the behaviour tuned alone:"
"$bench" judge "$folder/table" "$folder"/*-tuned
