#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# usage: bench/labels_damage.sh BUILD [COUNT]
#
# How many labels are read from bad pictures of them, for each level of error correction, by zbarimg
# and by zxing-wasm: COUNT labels (50) of the layout `single` at 300 dpi, each damaged in the same
# ways by ImageMagick. Prints the table of bench/README.md: percent read, zbarimg / zxing-wasm.
set -eu
build=$(cd "${1:?usage: labels_damage.sh BUILD [COUNT]}" && pwd)
count=${2:-50}
reader=$(cd "$(dirname "$0")/../tests/e2e" && pwd)/label_reader.mjs
dir=$(mktemp -d /tmp/assay-damage-XXXXXX)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
export ASSAY_PASSPHRASE=bench

batch=$build/batch-tools/assay-batch
"$batch" init data --brand Bench --host https://v.brand.cn >log
"$batch" product add --data data --sku S --gtin 09506000134352 --name '电源|Power bank' >log
"$batch" batch create --data data --sku S --count "$count" --lot L1 --pin --out order.json >log
for level in L M Q H; do
    "$build/codegen/assay-codegen" --order order.json --keys data/keys --format png --layout single \
        --ecc $level --out $level >log
    mkdir crop-$level
    # The QR code, its quiet zone and a little more, in gray.
    convert $level/*.png -crop 345x440+10+30 +repage -colorspace gray -depth 8 crop-$level/%04d.png
done

# share LEVEL DAMAGE...: "zbarimg / zxing-wasm" in percent
share() {
    local level=$1
    shift
    rm -rf bad && mkdir bad
    convert -seed 7 crop-"$level"/*.png "$@" -depth 8 bad/%04d.png
    local zbar zxing
    zbar=$(zbarimg -q --raw -Sdisable -Sqrcode.enable bad/*.png 2>/dev/null | sort -u | wc -l)
    zxing=$(node "$reader" read bad/*.png | sort -u | wc -l)
    printf '%d / %d' $((zbar * 100 / count)) $((zxing * 100 / count))
}

# row NAME DAMAGE...
row() {
    local name=$1
    shift
    printf '| %s | %s | %s | %s | %s |\n' "$name" "$(share L "$@")" "$(share M "$@")" \
        "$(share Q "$@")" "$(share H "$@")"
}

echo '| damage | L | M | Q | H |'
echo '|---|---|---|---|---|'
row 'none' -resize 100%
row 'small: 2 pixels a module' -filter box -resize 22.2%
row 'small: 1.5 pixels a module' -filter box -resize 16.7%
row 'blurred: sigma 1/2 module' -blur 0x4.5
row 'blurred: sigma 3/4 module' -blur 0x6.75
row 'blurred: sigma 1 module' -blur 0x9
row 'rotated by 15 degrees' -background white -rotate 15
row 'rotated by 45 degrees' -background white -rotate 45
row 'contrast 20 of 255' -level-colors 'gray(118),gray(138)'
row 'contrast 8 of 255' -level-colors 'gray(124),gray(132)'
row 'contrast 40 of 255 and noise' -level-colors 'gray(108),gray(148)' -attenuate 0.3 +noise Gaussian
row 'a stain over 3 % of the code' -fill black -draw 'rectangle 150,200 195,245'
row 'a stain over 8 % of the code' -fill black -draw 'rectangle 135,185 210,260'
row 'a white scratch of 2 modules' -stroke white -strokewidth 18 -draw 'line 20,120 330,330'
row 'blurred 1/2, rotated 20, contrast 60' -blur 0x4.5 -background white -rotate 20 \
    -level-colors 'gray(90),gray(150)'
