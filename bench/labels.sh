#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# usage: bench/labels.sh BUILD
#
# Labels a second of assay-codegen, on all cores, against bare loops of the same strings, one after
# the other in each round; medians, and the median of the rounds' ratios. Then peak memory from 10^4
# to 10^6 labels. From the environment: LABELS (50000) and CODES (1000000) a round, ROUNDS (7),
# MEMORY ("10000 100000 1000000"; empty to leave out).
set -eu
build=$(cd "${1:?usage: labels.sh BUILD}" && pwd)
labels=${LABELS:-50000} codes=${CODES:-1000000} rounds=${ROUNDS:-7}
memory=${MEMORY-10000 100000 1000000}
batch=$build/batch-tools/assay-batch
codegen=$build/codegen/assay-codegen
bare=$build/bench/bench_labels_bare
dir=$build/bench-labels
rm -rf "$dir"
mkdir -p "$dir"
trap 'rm -rf "$dir"' EXIT
cd "$dir"
export ASSAY_PASSPHRASE=bench
cores=$(nproc)

file_system=$(stat -f -c %T .)
echo "$cores processors, $(sed -n 's/^model name.*: //p' /proc/cpuinfo | head -1), $file_system," \
    "load $(cut -d' ' -f1 /proc/loadavg)"

"$batch" init data --brand Bench --host https://v.brand.cn >log
"$batch" product add --data data --sku S --gtin 09506000134352 --name '电源|Power bank' >log
"$batch" batch create --data data --sku S --count 1000000 --lot L1 --expires 2027-06-30 --pin \
    --out order.json >log

# print_ FORMAT COUNT: labels a second, without start and key files
print_() {
    rm -rf out
    local one=
    [ "$1" = svg ] && one=--one-file
    "$codegen" --order order.json --keys data/keys --format "$1" --out out --range "0-$(($2 - 1))" \
        $one --json | sed -n 's/.*"labels_per_second": \([0-9]*\).*/\1/p'
}

print_ csv "$labels" >log
tr -d '\r' <"$(ls out/*.csv)" | awk -F, 'NR > 1 { print $3 }' >urls

: >rounds
for _ in $(seq "$rounds"); do
    input=$("$bare" input "$cores" urls)
    pdf=$(print_ pdf "$labels")
    svg=$(print_ svg "$labels")
    zpl=$(print_ zpl "$labels")
    string=$("$bare" string "$cores" urls)
    bare_codes=$("$bare" codes "$cores" "$codes")
    csv=$(print_ csv "$codes")
    bare_code=$("$bare" code "$cores" "$codes")
    echo "$input $string $pdf $bare_codes $csv $bare_code $svg $zpl" >>rounds
done
bytes=$(print_ pdf 21000 >log && stat -c %s out/*.pdf)

# median COLUMN-EXPRESSION
median() {
    awk "{ print $1 }" rounds | sort -g | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'
}
printf '%-44s %12s %s\n' "labels/s, median of $rounds rounds" "labels/s" "PDF to it"
printf '%-44s %12.0f %6.3f\n' "bare QRcode_encodeInput, as codegen calls it" "$(median '$1')" \
    "$(median '$3 / $1')"
printf '%-44s %12.0f %6.3f\n' "bare QRcode_encodeString, 8-bit" "$(median '$2')" \
    "$(median '$3 / $2')"
printf '%-44s %12.0f\n' "assay-codegen PDF" "$(median '$3')"
printf '%-44s %12.0f %6.3f\n' "assay-codegen SVG, one file (to encodeInput)" "$(median '$7')" \
    "$(median '$7 / $1')"
printf '%-44s %12.0f %6.3f\n' "assay-codegen ZPL, 203 dpi (to encodeInput)" "$(median '$8')" \
    "$(median '$8 / $1')"
printf '%-44s %12.0f %6.3f\n' "bare codes and PINs (CSV to it)" "$(median '$4')" \
    "$(median '$5 / $4')"
printf '%-44s %12.0f %6.3f\n' "the same, one a call (CSV to it)" "$(median '$6')" \
    "$(median '$5 / $6')"
printf '%-44s %12.0f\n' "assay-codegen CSV" "$(median '$5')"
printf '%-44s %12.1f\n' "PDF, bytes a label (21,000 labels)" "$(awk "BEGIN { print $bytes / 21000 }")"
for count in $memory; do
    for format in csv pdf svg zpl; do
        rm -rf out
        one=
        [ $format = svg ] && one=--one-file
        /usr/bin/time -f %M -o peak "$codegen" --order order.json --keys data/keys \
            --format $format $one --out out --range "0-$((count - 1))" >log
        printf '%-44s %12d\n' "peak KiB, $format, $count labels" "$(cat peak)"
    done
done
