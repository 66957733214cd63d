#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# usage: world.sh BUILD DIR SEED KIND BEHAVIOUR ITEMS
#
# One world of assay-market: six products of eight batches, made for China, 26 weeks.
set -eu
letters=0123456789ABCDEFGHJKMNPQRSTVWXYZ
batches=()
for product in 0 1 2 3 4 5; do
    for batch in 0 1 2 3 4 5 6 7; do
        batches+=(--batch "S$product:AB0${letters:$product:1}${letters:$batch:1}7:2000000:CN")
    done
done
exec "$1/bench/market/assay-market" --seed "$3" --kind "$4" --behaviour "$5" --items "$6" \
    "${batches[@]}" --out "$2"
