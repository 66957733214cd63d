#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# usage: docs/pictures/audit.sh BUILD: draw the picture of an audit's report in docs/pictures anew, of a simulated
# market of three products over half a year. DATA from the environment: keep the data directory there.
set -eu
build=$(cd "${1:?usage: audit.sh BUILD}" && pwd)
here=$(cd "$(dirname "$0")" && pwd)
dir=$(mktemp -d /tmp/assay-pictures-XXXXXX)
trap 'rm -rf "$dir"' EXIT
data=${DATA:-$dir/data}
export ASSAY_PASSPHRASE=picture
batch=$build/batch-tools/assay-batch
batches=()
cd "$dir"

# product SKU GTIN NAME LOT [MARKET]: with six batches, on sale
product() {
    "$batch" product add --data "$data" --sku "$1" --gtin "$2" --name "$3" >log
    for lot in 1 2 3 4 5 6; do
        "$batch" batch create --data "$data" --sku "$1" --count 60000 --lot "$4$lot" --pin \
            ${5:+--market "$5"} --out "order-$4$lot.json" >created
        handle=$(head -n 1 created)
        "$batch" batch activate "$handle" --data "$data" --without-manifest \
            --at 2026-01-04T16:00:00Z >log
        batches+=(--batch "$1:$handle:60000${5:+:$5}")
    done
}

"$batch" init "$data" --brand Anchorly --brand-zh 安芯 --host https://v.brand.cn >log
product YB-10400 09506000134352 '移动电源 10400 毫安时|Power bank 10400 mAh' P26 CN
product YB-TEA-01 09506000134369 '明前龙井礼盒装|Longjing tea, gift box' T26 CN
product YB-WINE 09506000134376 '冰酒 375 毫升|Ice wine 375 ml' W26
"$build/bench/market/assay-market" --seed 1207 --kind mixed --behaviour tuned,test_purchases=300 \
    --items 24000 "${batches[@]}" --out world
"$batch" replay world/scans.csv --data "$data" >log
"$batch" reference import world/reference.csv --data "$data" >log
"$batch" sales import world/sales.csv --data "$data" >log
"$batch" test-purchase import world/test-purchases.csv --data "$data" >log
"$batch" calibrate --data "$data" >log
"$batch" audit --data "$data" --by product,region --from 2026-04-06 --to 2026-07-05 --format pdf \
    --out report.pdf >log
[ -z "${DATA:-}" ] || cp report.pdf "$DATA.pdf"
pdftoppm -r 75 -f 1 -l 1 -png -singlefile report.pdf "$here/audit-report"
