#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# usage: bench/labels.sh BUILD
#
# Labels a second of assay-codegen, on all cores, against bare loops of the same strings, one after
# the other in each round; medians, and the median of the rounds' ratios: by the clock, and by
# processor time (user and system), which other work on the machine disturbs less. codegen's start,
# most of which opens key files, is left out of both: its own clock begins after it, and the processor
# time of a job of one row is subtracted. Then peak memory from 10^4 to 10^6 labels.
# From the environment: LABELS (100000) and CODES (1000000) a round, ROUNDS (7), MEMORY ("10000 100000
# 1000000"; empty to leave out).
set -eu
build=$(cd "${1:?usage: labels.sh BUILD}" && pwd)
labels=${LABELS:-100000} codes=${CODES:-1000000} rounds=${ROUNDS:-7}
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

# timed COMMAND...: its output is in the file out.txt, its seconds of processor time are printed
timed() {
    /usr/bin/time -f '%U %S' -o times "$@" >out.txt
    awk '{ print $1 + $2 }' times
}

# print_ FORMAT COUNT: labels a second, without start and key files, and seconds of processor time
print_() {
    rm -rf out
    local one='' seconds
    [ "$1" = svg ] && one=--one-file
    seconds=$(timed "$codegen" --order order.json --keys data/keys --format "$1" --out out \
        --range "0-$(($2 - 1))" $one --json)
    echo "$(sed -n 's/.*"labels_per_second": \([0-9]*\).*/\1/p' out.txt) $seconds"
}

# bare_ KIND WHAT: how many a second, and seconds of processor time
bare_() {
    local seconds
    seconds=$(timed "$bare" "$1" "$cores" "$2")
    echo "$(cat out.txt) $seconds"
}

print_ csv "$labels" >log
tr -d '\r' <"$(ls out/*.csv)" | awk -F, 'NR > 1 { print $3 }' >urls

# A line a round, two columns each: input, start, pdf, svg, zpl, string, codes, csv, one code a call
: >rounds
for _ in $(seq "$rounds"); do
    echo "$(bare_ input urls) $(print_ csv 1) $(print_ pdf "$labels") $(print_ svg "$labels")" \
        "$(print_ zpl "$labels") $(bare_ string urls) $(bare_ codes "$codes")" \
        "$(print_ csv "$codes") $(bare_ code "$codes")" >>rounds
done
bytes=$(print_ pdf 21000 >log && cat out/*.pdf | wc -c)

# median COLUMN-EXPRESSION
median() {
    awk "{ print $1 }" rounds | sort -g | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'
}
# row NAME COLUMN [BARE]: rates in $COLUMN, processor seconds in the next one; ratios to BARE's
row() {
    if [ $# = 2 ]; then
        printf '%-44s %12.0f\n' "$1" "$(median "\$$2")"
        return
    fi
    printf '%-44s %12.0f %9.3f %9.3f\n' "$1" "$(median "\$$2")" "$(median "\$$2 / \$$3")" \
        "$(median "\$$(($3 + 1)) / (\$$(($2 + 1)) - \$4)")"
}
printf '%-44s %12s %9s %9s\n' "median of $rounds rounds of $labels" "a second" "ratio" "processor"
row "bare QRcode_encodeInput, as codegen calls it" 1
row "bare QRcode_encodeString, 8-bit" 11
row "PDF, to encodeInput" 5 1
row "SVG, one file, to encodeInput" 7 1
row "ZPL, 203 dpi, to encodeInput" 9 1
row "bare codes and PINs, 256 a call" 13
row "bare codes and PINs, one a call" 17
row "CSV of $codes, to 256 a call" 15 13
row "CSV of $codes, to one a call" 15 17
printf '%-44s %12.1f\n' "PDF, bytes a label (21,000 labels)" "$(awk "BEGIN { print $bytes / 21000 }")"
for count in $memory; do
    for format in csv pdf svg zpl; do
        rm -rf out
        one=''
        [ $format = svg ] && one=--one-file
        /usr/bin/time -f %M -o peak "$codegen" --order order.json --keys data/keys \
            --format $format $one --out out --range "0-$((count - 1))" >log
        printf '%-44s %12d\n' "peak KiB, $format, $count labels" "$(cat peak)"
    done
done
