#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# usage: docs/pictures/labels.sh BUILD: draw the pictures of labels in docs/pictures anew
set -eu
build=$(cd "${1:?usage: labels.sh BUILD}" && pwd)
here=$(cd "$(dirname "$0")" && pwd)
dir=$(mktemp -d /tmp/assay-pictures-XXXXXX)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
export ASSAY_PASSPHRASE=picture
batch=$build/batch-tools/assay-batch
"$batch" init data --brand Anchorly --brand-zh 安芯 --host https://v.brand.cn >log
"$batch" product add --data data --sku S --gtin 09506000134352 \
    --name '移动电源 10400 毫安时|Power bank 10400 mAh' >log
"$batch" batch create --data data --sku S --count 100 --lot A2607 --expires 2027-06-30 --pin \
    --out order.json >log

# picture NAME DPI CROP ARGUMENTS...: of the first page; CROP "x y width height" in pixels or "-"
picture() {
    local name=$1 dpi=$2 crop=$3
    shift 3
    rm -rf out
    "$build/codegen/assay-codegen" --order order.json --keys data/keys --format pdf --dpi 300 \
        --out out "$@" >log
    local window=()
    [ "$crop" = - ] || read -r -a window <<<"$crop"
    pdftoppm -r "$dpi" -f 1 -l 1 -gray -png -singlefile \
        ${window:+-x ${window[0]} -y ${window[1]} -W ${window[2]} -H ${window[3]}} \
        out/labels-*.pdf "$here/label-$name"
}

for sheet in a4-21 a4-24 a4-65 letter-30; do
    picture $sheet-sheet 50 - --layout $sheet
done
picture a4-21 200 "0 0 552 334" --layout a4-21
picture a4-24 200 "0 3 552 292" --layout a4-24
picture a4-65 300 "56 126 450 251" --layout a4-65
picture letter-30 200 "37 100 526 200" --layout letter-30
picture roll-40x30 300 - --layout roll:40x30+2
picture roll-30x50 300 - --layout roll:30x50+2
picture roll-100x60 150 - --layout roll:100x60+3 --text '广州安芯科技有限公司' --text 'Made in China'
picture pin-separate 200 - --layout single --pin separate
carton() { # NAME ROW: of a list with that row alone
    rm -rf out
    {
        echo "sscc,element,content,url,kind,state,count,items,gtin,sku,name_zh,name_en,lot,expires_on"
        echo "$2"
    } >cartons.csv
    "$build/codegen/assay-codegen" --cartons cartons.csv --format pdf --out out >log
    pdftoppm -r 72 -gray -png -singlefile out/*.pdf "$here/label-$1"
}
carton carton "069012340000000009,(00)069012340000000009,,https://v.brand.cn/00/069012340000000009,\
carton,packed,50,50,09506000134352,S,移动电源 10400 毫安时,Power bank 10400 mAh,A2607,2027-06-30"
carton pallet "369012340000000000,(00)369012340000000000,,https://v.brand.cn/00/369012340000000000,\
pallet,packed,20,1000,09506000134352,S,移动电源 10400 毫安时,Power bank 10400 mAh,A2607,2027-06-30"
picture pin-none 200 - --layout single --pin none
