#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Labels of cartons and pallets, from their list to every format, read back by programs that are not
# ours; what stands on them; what is refused, with nothing left.
# usage: carton_labels.sh PATH/TO/assay-batch PATH/TO/assay-codegen
. "$(dirname "$0")/labels_common.sh"

"$batch" init data --brand Boxes --host https://v.boxes.cn >out 2>err || complain "init: $(cat err)"
office product add --sku P --gtin 6901234567892 --name "充电宝|Power bank"
office product add --sku Q --gtin 09506000134352 --name "数据线|Cable"
office batch create --sku P --count 100 --lot L7 --expires 2027-06-30 --out order.json
office batch create --sku Q --count 20 --lot M1 --out other.json
office brand set --gs1-prefix 6901234
for order in order other; do
    order=$order.json print_ csv-$order --format csv
    office manifest import csv-$order/manifest.json
done
# Four cartons of twenty, one of three, one of both products, two that are empty; a pallet with two.
{ echo carton,code; cat csv-order/labels-*.csv | tail -n +2 | cut -d, -f1 | head -83 | sed 's/^/,/'; } \
    >lines.csv
office carton import lines.csv --per-carton 20
{
    echo carton,code
    for order in order other; do cat csv-$order/labels-*.csv | tail -1 | cut -d, -f1 | sed 's/^/,/'; done
} >mixed.csv
office carton import mixed.csv --per-carton 2
office carton create --count 2
office carton create --pallet --extension 3
"$batch" carton list --data data --json >list 2>err || complain "carton list: $(cat err)"
python3 - >pallet.csv <<'PYTHON'
import json
rows = json.load(open("list"))["cartons"]
pallet = [row["sscc"] for row in rows if row["kind"] == "pallet"][0]
full = [row["sscc"] for row in rows if row["items"] == 20]
print("parent,child\n%s,%s\n%s,%s" % (pallet, full[0], pallet, full[1]))
PYTHON
pallet=$(tail -1 pallet.csv | cut -d, -f1)
office carton import pallet.csv
office carton labels --out list.csv
tail -n +2 list.csv | cut -d, -f4 | sort >wanted
[ "$(wc -l <wanted)" = 9 ] || complain "the list has $(wc -l <wanted) units: $(cat list.csv)"

# check WHAT: what zbarimg or zxing-wasm read is what was wanted
check() {
    sort read >sorted
    cmp -s sorted wanted || complain "$1: $(comm -13 sorted wanted | wc -l) unread, $(comm -23 sorted wanted |
        wc -l) wrong"
}

# twice WHAT IMAGE...: by both readers
twice() {
    read_codes "${@:2}" >read
    check "$1, zbarimg"
    node "$here/label_reader.mjs" read "${@:2}" >read 2>err || complain "zxing: $(cat err)"
    check "$1, zxing-wasm"
}

for dpi in 203 300 600; do
    makes --cartons list.csv --format pdf --dpi $dpi --out pdf$dpi --text "Boxes Ltd"
    rm -f page*
    for file in pdf$dpi/*.pdf; do
        qpdf --check "$file" >out 2>&1 || complain "qpdf: $(cat out)"
        pdftoppm -r $dpi -gray -aa no -aaVector no "$file" "page-$(basename "$file" .pdf)"
    done
    twice "pdf at $dpi dpi" page*.pgm
done
for file in pdf300/*.pdf; do pdftotext -layout "$file" -; done >text
for words in "箱 Carton" "托盘 Pallet" "充电宝" "Power bank" "SSCC (00)" "$pallet" "GTIN 06901234567892" \
    "LOT L7" "EXP 2027-06-30" "COUNT 20" "COUNT 3" "COUNT 40" "CARTONS 2" "Boxes Ltd"; do
    grep -qF -- "$words" text || complain "no label says \"$words\": $(cat text)"
done
# A carton of two products names neither, nor does an empty one.
[ "$(grep -c "GTIN" text)" = 6 ] || complain "$(grep -c GTIN text) labels name a GTIN"
cut -d, -f1 list.csv | tail -n +2 | while read -r sscc; do
    grep -q "$sscc" text || echo "$sscc"
done >missing
[ ! -s missing ] || complain "not in digits: $(cat missing)"

makes --cartons list.csv --format png --layout single --out png
twice png png/*.png
makes --cartons list.csv --format svg --layout single --out svg
for file in svg/*.svg; do
    rsvg-convert -d 300 -p 300 -o "${file%.svg}.png" "$file" || complain "rsvg-convert $file"
done
twice svg svg/*.png
makes --cartons list.csv --format svg --one-file --out onefile
[ "$(find onefile -name '*.svg' | wc -l)" = 5 ] || complain "one file a content: $(ls onefile)"
for language in zpl tspl epl; do
    makes --cartons list.csv --format $language --layout single --out $language
    rm -f page*
    for file in "$language"/*; do
        part=page-$(basename "$file" .$language)-
        if [ $language = zpl ]; then
            node "$here/label_reader.mjs" zpl "$file" 70 42.4 8 "$part" >out 2>err ||
                complain "zpl-renderer-js: $(cat err)"
        else
            python3 "$here/raster_labels.py" $language "$file" 560 339 "$part" 2>err ||
                complain "$language: $(cat err)"
        fi
    done
    read_codes page* >read
    check "$language, zbarimg"
done
makes --cartons list.csv --format zpl --native-qr --out native
[ "$(cat native/*.zpl | grep -c '\^FDMA,https://v.boxes.cn/00/\|https://v.boxes.cn/00/')" = 9 ] ||
    complain "native codes: $(grep -ac 'v.boxes.cn' native/*.zpl)"
makes --cartons list.csv --format pdf --threads 1 --out one
makes --cartons list.csv --format pdf --threads 5 --out five
diff -r one five >out || complain "the files depend on the number of threads"

# -- what is refused, with nothing left --
bad="--format zpl --out never"
refused 1 "nowhere.csv" --cartons nowhere.csv $bad
refused 1 "not a file" --cartons . $bad
sed 's/sscc,/SSCC,/' list.csv >bad.csv
refused 1 "bad.csv: line 1: the header" --cartons bad.csv $bad
sed '4s/^0/1/' list.csv >bad.csv
refused 1 "bad.csv: line 4: sscc" --cartons bad.csv $bad
{ cat list.csv; sed -n 3p list.csv; } >bad.csv
refused 1 "line 11: sscc: stands in line 3 already" --cartons bad.csv $bad
sed '3s/,packed,/,void,/' list.csv >bad.csv
refused 1 "line 3: state" --cartons bad.csv $bad
sed 's/Cable/🔋/; s/Power bank/🔋/' list.csv >bad.csv
refused 1 "U+1F50B" --cartons bad.csv $bad
refused 1 "mm" --cartons list.csv $bad --layout roll:12x12+2
refused 2 "--format csv is not for --cartons" --cartons list.csv --format csv --out never
refused 2 "--order is not for --cartons" --cartons list.csv --order order.json $bad
refused 2 "--range is not for --cartons" --cartons list.csv --range 0-1 $bad
refused 2 "--package is not for --cartons" --cartons list.csv --package p --to c $bad
refused 2 "--out DIR is missing" --cartons list.csv --format zpl
[ ! -e never ] || complain "what was refused left $(ls -A never)"
mkdir full && touch full/cartons-000001-000004.zpl
refused 1 "exists already" --cartons list.csv --format zpl --out full
[ "$(ls -A full)" = cartons-000001-000004.zpl ] || complain "a refused job left $(ls -A full)"
(
    ulimit -f 1
    "$codegen" --cartons list.csv --format png --out small >out 2>err </dev/null
)
[ $? = 1 ] || complain "a full disk: exit $?"
find small -name '*.png' -size -1 | grep . && complain "a full disk left a torn file"

[ "$failures" = 0 ] && echo "labels of cartons: all well"
[ "$failures" = 0 ]
