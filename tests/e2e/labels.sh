#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Labels over their whole way: order, PDF through pdftoppm at 300 dpi and zbarimg, all 1,000 read and
# equal to the CSV; PNG and SVG; resume; what is refused; kill -9 in the middle; a full disk.
# usage: labels.sh PATH/TO/assay-batch PATH/TO/assay-codegen
. "$(dirname "$0")/labels_common.sh"

# same_ WHAT A B: two files are equal
same_() {
    cmp -s "$2" "$3" || complain "$1: $2 and $3 differ"
}

"$batch" init data --brand Brand --host https://v.brand.cn >out 2>err || complain "init: $(cat err)"
office product add --sku YB-10400 --gtin 09506000134352 --name "电源|Power bank 10400 (mAh)"
office batch create --sku YB-10400 --count 1000 --lot 'A,"1' --expires 2027-06-30 --pin \
    --out order.json
office batch create --sku YB-10400 --count 50000 --lot B --out big.json
office batch create --sku YB-10400 --count 10 --lot C --out other.json

# -- all 1,000 labels of the PDF, at 300 dpi --
print_ csv --format csv
urls csv/*.csv >expected
[ "$(wc -l <expected)" = 1000 ] || complain "the CSV has $(wc -l <expected) rows"
head -1 csv/*.csv | tr -d '\r' >header
echo code,grouped,url,pin,gtin,lot,expires_on,position >header.expected
same_ "CSV header" header header.expected
grep -qF '09506000134352,"A,""1",2027-06-30,0' csv/*.csv || complain "GTIN, lot or expiry in the CSV"
print_ pdf --format pdf --json
qpdf --check pdf/*.pdf >out 2>&1 || complain "qpdf: $(cat out)"
bytes=$(stat -c %s pdf/*.pdf)
# About 290 each, by the batch's random handle and keys a few more or less.
[ "$bytes" -le 310000 ] || complain "1,000 labels have $bytes bytes, more than 310 each"
pdftoppm -r 300 -gray pdf/*.pdf page
read_codes page-*.pgm >read
same_ "labels read at 300 dpi" read expected
rm -f page-*

# -- the same bytes with any number of threads --
print_ threads --format pdf --threads 5
same_ "PDF of five threads" pdf/*.pdf threads/*.pdf

# -- what the office makes of it --
office manifest import pdf/manifest.json
(cd pdf && sha256sum ./*.pdf | awk '{ print $1 }') >sum
grep -qF "$(cat sum)" pdf/manifest.json || complain "the manifest's SHA-256 is not the file's"

# -- PNG and SVG --
print_ png --format png --range 0-41
print_ single --format png --layout single --range 7
print_ svg --format svg --range 0-20 --url gs1 --ecc Q
urls csv/*.csv | wc -l >out
tr -d '\r' <csv/labels-00000000-00000999.csv | sed -n 2,43p | awk -F, '{ print $3 }' | sort >some
read_codes png/*.png >read
same_ "PNG sheets" read some
tr -d '\r' <csv/labels-00000000-00000999.csv | sed -n 9p | awk -F, '{ print $3 }' >some
read_codes single/*.png >read
same_ "PNG of one label" read some
file single/*.png | grep -q '1-bit grayscale' || complain "PNG: $(file single/*.png)"
xmllint --noout svg/*.svg 2>out || complain "SVG is not well formed: $(cat out)"
rsvg-convert -d 300 -p 300 -o svg.png svg/*.svg || complain "SVG cannot be drawn"
tr -d '\r' <csv/labels-00000000-00000999.csv | sed -n 2,22p |
    awk -F, '{ print "https://v.brand.cn/01/09506000134352/21/" $1 }' | sort >some
read_codes svg.png >read
same_ "SVG sheet with GS1 URLs" read some

# -- resume: ranges add up to one run, and nothing is printed twice --
print_ parts --format csv --range 0-399
print_ parts --format csv --range 400-
urls parts/*.csv >read
same_ "two ranges" read expected
[ -e parts/manifest.json ] || complain "the first range has no manifest.json"
[ -e parts/manifest-csv-400-999.json ] || complain "the second range has no manifest"
refused 1 "items 0-399 are printed already" --order order.json --keys data/keys --format csv \
    --out parts --range 399-405
refused 1 "holds labels of batch" --order other.json --keys data/keys --format csv --out parts
sed 's/"good": 400/"good": 399/' parts/manifest.json >forged && mkdir forgery && mv forged \
    forgery/manifest.json
refused 1 "signature" --order order.json --keys data/keys --format csv --out forgery

# -- refusals --
all="--keys data/keys --format pdf --out refused"
sed 's/"count": 1000/"count": 1001/' order.json >wrong.json
refused 1 "signature" --order wrong.json $all
head -c 200 order.json >torn.json
refused 1 "torn.json" --order torn.json $all
refused 1 "nowhere.json" --order nowhere.json $all
refused 1 "nothere" --order order.json --keys nothere --format pdf --out refused
ASSAY_PASSPHRASE=wrong refused 1 "" --order order.json $all
refused 1 "0-999" --order order.json $all --range 0-1000
refused 2 "--range" --order order.json $all --range x
refused 1 "0.33 mm" --order order.json $all --url gs1-lot --ecc H --layout roll:40x15
refused 2 "there is no layout" --order order.json $all --layout a5
refused 2 "--format" --order order.json --keys data/keys --format bmp --out refused
refused 2 "--dpi" --order order.json $all --dpi 71
refused 2 "--threads" --order order.json $all --threads 0
refused 2 "--out DIR is missing" --order order.json --keys data/keys --format pdf
refused 1 "no/where" --order order.json --keys data/keys --format pdf --out no/where
refused 1 "order.json" --order order.json --keys data/keys --format pdf --out order.json
refused 1 "files are more than" --order big.json --keys data/keys --format png --layout single \
    --out refused
[ ! -e refused ] || complain "a refused job left $(ls -A refused)"
if [ "$(id -u)" != 0 ]; then
    mkdir -m 500 locked
    refused 1 "locked" --order order.json --keys data/keys --format pdf --out locked
fi

# -- a full disk: nothing under a final name --
(failures=0 && ulimit -f 100 && refused 1 "write" --order order.json --keys data/keys --format pdf --out full
    exit $failures) || complain "full disk"
[ -z "$(ls -A full)" ] || complain "a full disk left $(ls -A full)"

# -- kill -9 in the middle: what has a final name is whole; going on makes the same files --
"$codegen" --order big.json --keys data/keys --format pdf --out whole >out 2>err ||
    complain "50,000 labels: $(cat err)"
for delay in 0.3 1 2; do
    rm -rf killed
    "$codegen" --order big.json --keys data/keys --format pdf --out killed >out 2>err &
    pid=$!
    sleep "$delay"
    kill -9 "$pid"
    wait "$pid" 2>/dev/null
    for name in killed/labels-*; do
        [ -e "$name" ] || continue
        same_ "after kill -9" "$name" "whole/${name#killed/}"
    done
    from=0
    if [ -e killed/manifest.json ]; then
        from=$(($(sed -n 's/.*"last": \([0-9]*\).*/\1/p' killed/manifest.json) + 1))
    fi
    "$codegen" --order big.json --keys data/keys --format pdf --out killed --range "$from-" \
        >out 2>err || complain "going on from $from: $(cat err)"
    for name in whole/labels-*; do
        same_ "going on from $from" "$name" "killed/${name#whole/}"
    done
    [ -z "$(find killed -name '.*.part')" ] || complain "left: $(ls -A killed)"
done

# -- SIGTERM: an orderly end with status 1 --
"$codegen" --order big.json --keys data/keys --format pdf --out stopped >out 2>err &
pid=$!
sleep 0.5
kill -TERM "$pid"
wait "$pid"
status=$?
[ "$status" = 1 ] || complain "SIGTERM: exit $status"
grep -q "stopped by a signal" err || complain "SIGTERM: $(cat err)"
[ -z "$(find stopped -name '.*.part')" ] || complain "SIGTERM left: $(ls -A stopped)"

[ "$failures" = 0 ] && echo "labels: all well"
[ "$failures" = 0 ]
