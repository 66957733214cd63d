#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Labels of every format and layout, rendered and read back by programs that are not ours: none unread,
# none wrong. A PDF is made once and drawn at 203, 300 and 600 dpi, on the printer's grid of dots or
# not; each label is read by itself, as a camera does (zbarimg loses codes among many on one page).
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

# zbar PATTERN, zxing PATTERN: read such images into `read`, and check
zbar() {
    find . -maxdepth 1 -name "$1" -print0 | sort -z | zbar_images >read
    check "zbarimg"
}
zbar_images() {
    xargs -0 -n 200 zbarimg -q --raw -Sdisable -Sqrcode.enable 2>/dev/null
}

zxing() {
    find . -maxdepth 1 -name "$1" -print0 | sort -z | zxing_images >read
    check "zxing-wasm"
}
zxing_images() {
    xargs -0 -n 500 node "$here/label_reader.mjs" read 2>err || complain "zxing: $(cat err)"
}

# draw DPI LAYOUT: every label of the PDFs in labels/, some pages at a time: large pages fill a disk
draw() {
    local dpi=$1 layout=$2 file pages page
    : >by-zbar
    : >by-zxing
    for file in labels/*.pdf; do
        pages=$(qpdf --show-npages "$file")
        for ((page = 1; page <= pages; page += 40)); do
            rm -f page* cut*
            pdftoppm -r "$dpi" -gray -f $page -l $((page + 39)) "$file" page
            python3 "$here/cut_labels.py" "$layout" "$dpi" cut page*.pgm 2>err ||
                complain "cut_labels: $(cat err)"
            find . -maxdepth 1 -name 'cut*.pgm' -print0 | sort -z >images
            zbar_images <images >>by-zbar
            zxing_images <images >>by-zxing
        done
    done
    rm -f page* cut*
    what="$what, drawn at $dpi dpi"
}

# pdf PERCENT LAYOUT ARGUMENTS...
pdf() {
    labels "$1" --format pdf --layout "${@:2}"
    for file in labels/*.pdf; do
        qpdf --check "$file" >out 2>&1 || complain "qpdf: $(cat out)"
    done
    local made=$what
    for dpi in 203 300 600; do
        what=$made
        draw $dpi "$2"
        cp by-zbar read && check zbarimg
        cp by-zxing read && check zxing-wasm
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
    zbar 'page*.p[bn][mg]'
    [ "$1" = zpl ] && zxing 'page*.png'
}

"$batch" init data --brand Anchorly --brand-zh 安芯 --host https://v.brand.cn >out 2>err ||
    complain "init: $(cat err)"
office product add --sku YB-10400 --gtin 09506000134352 --name "移动电源 10400 毫安时|Power bank 10400 mAh"
office batch create --sku YB-10400 --count "$count" --lot A2607 --expires 2027-06-30 --pin \
    --out order.json
"$codegen" --order order.json --keys data/keys --format csv --out csv >out 2>err ||
    complain "csv: $(cat err)"
cat csv/*.csv | tr -d '\r' | awk -F, '$1 != "code" { print $3 }' >urls

pdf 21 a4-21
pdf 8 a4-24 --ecc Q
pdf 6 a4-65
pdf 6 letter-30 --ecc L
pdf 3 roll:40x30+2
pdf 2 roll:30x50+2 --ecc H
pdf 4 a4-21 --qr mask

labels 10 --format svg --one-file --layout roll:70x42.4
for file in labels/*.svg; do
    # One picture of all pages would be too tall: each page by its own window.
    xmllint --noout "$file" 2>out || complain "SVG: $(cat out)"
done
python3 "$here/svg_pages.py" labels/*.svg page 25
for file in page*.svg; do
    rsvg-convert -d 300 -p 300 -o "${file%.svg}.png" "$file" || complain "rsvg-convert $file"
done
zbar 'page*.png'

labels 10 --format png --layout single --dpi 203
cp labels/*.png . && zbar 'labels-*.png' && zxing 'labels-*.png'
rm -f labels-*.png

printer zpl 8
printer zpl 2 --native-qr
printer tspl 10
printer epl 10

[ "$failures" = 0 ] && echo "labels: $total read, none unread, none wrong"
[ "$failures" = 0 ]
