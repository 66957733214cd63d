#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What labels say besides the code: PINs on the label, apart, or nowhere, so that no file has both;
# texts in both languages and fonts; options of formats; layouts of one's own; what is refused.
# usage: labels_pin.sh PATH/TO/assay-batch PATH/TO/assay-codegen
. "$(dirname "$0")/labels_common.sh"

# not_made STATUS WORDS ARGUMENTS...: labels of ${order:-order.json} are refused, and nothing is left
not_made() {
    local wanted=$1 words=$2
    shift 2
    refused "$wanted" "$words" --order "${order:-order.json}" --keys data/keys --out refused "$@"
    [ ! -e refused ] || complain "codegen $* left $(ls -A refused)"
}

# holds FILE TEXT, lacks FILE TEXT
holds() {
    grep -qF -- "$2" "$1" || complain "$1 has no \"$2\""
}
lacks() {
    ! grep -qF -- "$2" "$1" || complain "$1 has \"$2\""
}

"$batch" init data --brand Anchorly --brand-zh 安芯 --host https://v.brand.cn >out 2>err ||
    complain "init: $(cat err)"
office product add --sku YB --gtin 09506000134352 --name "移动电源|Power bank"
office product add --sku EMOJI --gtin 09506000134352 --name "电源🔋|Power bank"
office batch create --sku YB --count 300 --lot A2607 --expires 2027-06-30 --pin --out order.json
office batch create --sku YB --count 300 --lot A2607 --out nopin.json
office batch create --sku EMOJI --count 10 --lot A2607 --out emoji.json

# -- PINs --
print_ whole --format csv
tr -d '\r' <whole/labels-00000000-00000299.csv | awk -F, 'NR > 1 { print $8 "," $4 }' >pins
tr -d '\r' <whole/labels-00000000-00000299.csv | awk -F, 'NR > 1 { print $1 }' >codes
cut -d, -f2 pins >secrets
for format in csv pdf svg; do
    print_ apart-$format --format $format --pin separate --range 0-41
    cat apart-$format/labels-* >labels
    cat apart-$format/pins-* | tr -d '\r' >file
    head -1 file | grep -qx 'position,pin' || complain "$format: header $(head -1 file)"
    tail -n +2 file | grep -v position >rows
    head -42 pins | cmp -s - rows || complain "$format: the PIN files are not the PINs in order"
    ! grep -qFf <(head -42 codes) file || complain "$format: a PIN file holds a code"
    ! grep -qFf <(head -42 secrets) labels || complain "$format: a label file holds a PIN"
    holds apart-$format/manifest.json pins-00000000
done
tr -d '\r' <apart-csv/labels-00000000-00000041.csv | awk -F, 'NR > 1 && $4 != ""' >file
[ ! -s file ] || complain "the separate label CSV has PINs"
pdftotext apart-pdf/*.pdf text
holds text 00000041
lacks text "$(head -1 secrets)"
print_ none --format pdf --pin none --range 0-20
pdftotext none/*.pdf text
lacks text PIN
print_ label --format pdf --range 0-20
pdftotext label/*.pdf text
holds text "$(head -1 secrets)"
order=nopin.json not_made 1 "has no PINs" --format pdf --pin separate

# -- a job with PINs apart, killed and gone on with, is one clean run --
office batch create --sku YB --count 60000 --lot B --pin --out big.json
order=big.json print_ clean --format zpl --pin separate
timeout -s KILL 1 "$codegen" --order big.json --keys data/keys --format zpl --pin separate \
    --out killed >out 2>err </dev/null
order=big.json print_ killed --format zpl --pin separate --resume
for name in clean/labels-* clean/pins-*; do
    cmp -s "$name" "killed/${name#clean/}" || complain "gone on: $name differs"
done
for name in killed/*; do
    [ -e "clean/${name#killed/}" ] || complain "gone on: $name is too many"
done

# -- texts --
order=order.json
for words in 安芯 Anchorly 移动电源 'Power bank' 'GTIN 09506000134352' 'LOT A2607' 'EXP 2027-06-30'; do
    holds text "$words"
done
pdffonts label/*.pdf | awk 'NR > 2 && $0 !~ / yes yes / { print }' >out
[ ! -s out ] || complain "fonts that are not embedded subsets: $(cat out)"
print_ free --format pdf --range 0-0 --text "广州安芯科技有限公司" --text "Made in China" \
    --text "客服 400-000-0000" --text "Ünïcode ×2"
pdftotext free/*.pdf text
for words in 广州安芯科技有限公司 'Made in China' '客服 400-000-0000' 'Ünïcode ×2'; do
    holds text "$words"
done
order=emoji.json not_made 1 "U+1F50B" --format pdf
not_made 1 "U+1F600" --format zpl --text 😀
not_made 2 "more than 4" --format pdf --text a --text b --text c --text d --text e
not_made 2 "--text is" --format pdf --text "$(printf 'a\tb')"
not_made 2 "--text is" --format pdf --text "$(printf '\xff')"
not_made 1 "cannot open the font" --format pdf --font /nowhere.ttf
printf 'no font' >bad.ttf
not_made 1 "is not a TrueType font" --format pdf --font bad.ttf

# -- options that belong to a format --
not_made 2 "--bom goes with --format csv" --format pdf --bom
not_made 2 "--native-qr goes with --format zpl" --format epl --native-qr
not_made 2 "--qr mask goes with --format pdf" --format svg --qr mask
not_made 2 "--one-file goes with --format svg" --format png --one-file
not_made 2 "--pin is label, separate or none" --format pdf --pin both
print_ bom --format csv --bom --range 0-0
[ "$(head -c 3 bom/*.csv | od -An -tx1 | tr -d ' ')" = efbbbf ] || complain "--bom"
[ "$(head -c 4 whole/*.csv)" = code ] || complain "a mark without --bom"
print_ native --format tspl --native-qr --range 0-0
grep -aq 'QRCODE [0-9]*,[0-9]*,M,[0-9]*,A,0,M2,"https://v.brand.cn/' native/*.tspl || complain "QRCODE"
print_ png --format png --layout single --dpi 600 --range 0-0
file png/*.png | grep -q '1-bit grayscale' || complain "PNG: $(file png/*.png)"
python3 - png/*.png <<'PY' || complain "PNG: pHYs"
import sys
data = open(sys.argv[1], "rb").read()
at = data.index(b"pHYs") + 4
assert data[at:at + 9] == (23622).to_bytes(4, "big") * 2 + b"\1", data[at:at + 9]
PY

# -- layouts of one's own --
cat >own.yaml <<'YAML'
name: shelf-6
page_width: 150
page_height: 90
columns: 2
rows: 3
left: 2
top: 1.5
label_width: 72
label_height: 28
column_gap: 2
row_gap: 1
YAML
print_ own --format pdf --layout-file own.yaml --range 0-11
pdfinfo own/*.pdf >out
grep -q 'Page size: *425.* x 255' out || complain "own layout: $(grep size out)"
sed 's/rows: 3/rows: 4/; s/left: 2/left: two/; s/columns/colums/' own.yaml >wrong.yaml
lines=3 not_made 1 "wrong.yaml:4: colums: a layout has no such entry" --format pdf --layout-file wrong.yaml
holds err "wrong.yaml:6: left: must be a length"
lines=2 not_made 1 "nowhere.yaml" --format pdf --layout-file nowhere.yaml
not_made 2 "exclude each other" --format pdf --layout-file own.yaml --layout a4-21
not_made 2 "roll:WIDTHxHEIGHT+GAP" --format pdf --layout roll:40
not_made 1 "below 0.33 mm" --format zpl --layout roll:30x12+2

[ "$failures" = 0 ] && echo "labels and PINs: all well"
[ "$failures" = 0 ]
