#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Labels of every format and layout, rendered and read back by programs that are not ours: none unread,
# none wrong. PDF for printers of 203, 300 and 600 dpi, drawn as they do, by zbarimg and zxing-wasm.
# usage: labels_read.sh PATH/TO/assay-batch PATH/TO/assay-codegen [COUNT]
. "$(dirname "$0")/labels_common.sh"
count=${3:-1000}
total=0
first=0

# labels PERCENT ARGUMENTS...: so many of all labels into labels/, what they must say into wanted
labels() {
    local share=$(($1 * count / 100))
    shift
    rm -rf labels page* && mkdir labels
    local last=$((first + share - 1))
    "$codegen" --order order.json --keys data/keys --out labels --range "$first-$last" "$@" \
        >out 2>err </dev/null || complain "codegen $*: $(cat err)"
    sed -n "$((first + 1)),$((last + 1))p" urls | sort >wanted
    first=$((last + 1))
    total=$((total + share))
    what="$*"
}

# check READER: what it read is what was wanted
check() {
    sort read >sorted
    if ! cmp -s sorted wanted; then
        complain "$what, $1: $(comm -13 sorted wanted | wc -l) unread, $(comm -23 sorted wanted |
            wc -l) wrong, of $(wc -l <wanted)"
    fi
}

zbar() {
    find . -maxdepth 1 -name "$1" -print0 | sort -z |
        xargs -0 -n 200 zbarimg -q --raw -Sdisable -Sqrcode.enable >read 2>/dev/null
    check "zbarimg$2"
}

zxing() {
    find . -maxdepth 1 -name "$1" -print0 | sort -z |
        xargs -0 -n 500 node "$here/label_reader.mjs" read >read 2>err || complain "zxing: $(cat err)"
    check "zxing-wasm$2"
}

# pdf PERCENT ARGUMENTS...: made for each resolution in turn, drawn at it, and read twice
pdf() {
    for dpi in 203 300 600; do
        [ $dpi = 203 ] || first=$((first - $1 * count / 100)) total=$((total - $1 * count / 100))
        labels "$1" --format pdf --dpi $dpi "${@:2}"
        for file in labels/*.pdf; do
            qpdf --check "$file" >out 2>&1 || complain "qpdf: $(cat out)"
            pdftoppm -r $dpi -gray -aa no -aaVector no "$file" "page-$(basename "$file" .pdf)"
        done
        zbar 'page*.pgm' ''
        zxing 'page*.pgm' ''
    done
}

# printer LANGUAGE PERCENT ARGUMENTS...: of the layout `single` at 203 dpi, 559 x 339 dots
printer() {
    labels "$2" --format "$1" "${@:3}"
    for file in labels/*."$1"; do
        if [ "$1" = zpl ]; then
            node "$here/label_reader.mjs" zpl "$file" 70 42.4 8 page >out 2>err ||
                complain "zpl-renderer-js: $(cat err)"
        else
            python3 "$here/raster_labels.py" "$1" "$file" 560 339 page 2>err ||
                complain "$1: $(cat err)"
        fi
    done
    zbar 'page*.p[bn][mg]' ''
    [ "$1" = zpl ] && zxing 'page*.png' ''
}

"$batch" init data --brand Anchorly --brand-zh 安芯 --host https://v.brand.cn >out 2>err ||
    complain "init: $(cat err)"
office product add --sku YB-10400 --gtin 09506000134352 --name "移动电源 10400 毫安时|Power bank 10400 mAh"
office batch create --sku YB-10400 --count "$count" --lot A2607 --expires 2027-06-30 --pin \
    --out order.json
"$codegen" --order order.json --keys data/keys --format csv --out csv >out 2>err ||
    complain "csv: $(cat err)"
cat csv/*.csv | tr -d '\r' | awk -F, '$1 != "code" { print $3 }' >urls

pdf 21 --layout a4-21
pdf 8 --layout a4-24 --ecc Q
pdf 6 --layout a4-65
pdf 6 --layout letter-30 --ecc L
pdf 3 --layout roll:40x30+2
pdf 2 --layout roll:30x50+2 --ecc H
pdf 4 --qr mask

labels 10 --format svg --one-file --layout roll:70x42.4
for file in labels/*.svg; do
    # One picture of all pages would be too tall: each page by its own window.
    xmllint --noout "$file" 2>out || complain "SVG: $(cat out)"
done
python3 "$here/svg_pages.py" labels/*.svg page 25
for file in page*.svg; do
    rsvg-convert -d 300 -p 300 -o "${file%.svg}.png" "$file" || complain "rsvg-convert $file"
done
zbar 'page*.png' ''

labels 10 --format png --layout single --dpi 203
cp labels/*.png . && zbar 'labels-*.png' '' && zxing 'labels-*.png' ''
rm -f labels-*.png

printer zpl 8
printer zpl 2 --native-qr
printer tspl 10
printer epl 10

[ "$failures" = 0 ] && echo "labels: $total read, none unread, none wrong"
[ "$failures" = 0 ]
