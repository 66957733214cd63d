#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Reference items, sales, test purchases and plans with the real programs: without a verifier, beside
# one and over HTTP; the same file twice, files that replace, hostile files refused whole, killed in the
# middle, plans drawn again from their seed.
# usage: evidence.sh PATH/TO/assay-batch PATH/TO/assay-codegen PATH/TO/assay-verifier
set -u
batch=$(realpath "$1")
codegen=$(realpath "$2")
verifier=$(realpath "$3")
work=$(mktemp -d /tmp/assay-evidence-XXXXXX)
server=
finish() {
    [ -z "$server" ] || kill -9 "$server" 2>/dev/null
    rm -rf "$work"
}
trap finish EXIT
cd "$work" || exit 1
export ASSAY_PASSPHRASE=correct-horse
failures=0

complain() {
    echo "FAILED: $*" >&2
    failures=$((failures + 1))
}

office() {
    "$batch" "$@" --data data >out 2>err </dev/null || complain "$* exited $?: $(cat err)"
}

# refused WORDS ARGUMENTS...: exits 1 with one line on stderr that holds the words
refused() {
    local words=$1
    shift
    "$batch" "$@" --data data >out 2>err </dev/null
    local status=$?
    [ "$status" = 1 ] || complain "$* exited $status, not 1"
    grep -qF -- "$words" err || complain "$*: \"$words\" is not in: $(cat err)"
    [ "$(wc -l <err)" = 1 ] || complain "$*: more than a line: $(cat err)"
}

# field NAME: of the last JSON answer
field() {
    python3 -c 'import json,sys
value = json.load(open("out"))
for key in sys.argv[1].split("."):
    value = value[int(key)] if isinstance(value, list) else value[key]
print(value)' "$1"
}

is() {
    [ "$(field "$1")" = "$2" ] || complain "$1 is $(field "$1"), not $2"
}

records() {
    "$batch" stats show --data data --json </dev/null | python3 -c 'import json,sys
print(json.load(sys.stdin)["ledger_records"])'
}

"$batch" init data --brand Brand >out 2>err </dev/null || complain "init: $(cat err)"
office product add --sku S1 --name "甲|A"
office product add --sku S2 --name "乙|B"
office batch create --sku S1 --count 100000 --lot L1 --out order.json --json
handle=$(field batch.handle)
office batch create --sku S2 --count 1000 --lot L2 --out order2.json --json
handle2=$(field batch.handle)
"$codegen" --order order.json --keys data/keys --format csv --out labels --range 0-19 \
    >out 2>err </dev/null || complain "codegen: $(cat err)"
sed -n '2,21p' labels/*.csv | cut -d, -f1 >codes

# -- nothing sold, nothing scanned: no plan --
refused "nothing was sold yet" test-purchase plan --count 5

# -- reference items, as codes, URLs and items --
{ echo code; sed -n '1,3p' codes; echo "https://v.brand.cn/$(sed -n 4p codes)"; echo "$handle:3"; \
    echo "$handle2:9"; } >reference.csv
office reference import reference.csv --json
is rows 6
is already False
office reference list --json
is items 5
is batches.1.items "$([ "$handle" \< "$handle2" ] && echo 1 || echo 4)"
before=$(records)
office reference import reference.csv --json
is already True
[ "$(records)" = "$before" ] || complain "the same file again added records"
python3 -c "print('code'); [print(f'$handle:{i * 7}') for i in range(14000)]" >many.csv
office reference import many.csv --json
is rows 14000
office reference list --json
is items 14004

# -- sales: the last import of a product, region and week holds --
printf 'sku,region,week,units\nS1,CN-GD,2026-W03,70\nS1,CN-BJ,2026-W03,20\nS2,CN-GD,2026-W03,10\n' >sales.csv
printf 'sku,region,week,units\nS1,CN-GD,2026-W03,60\nS1,CN-GD,2026-W04,30\n' >sales2.csv
office sales import sales.csv
office sales import sales2.csv
office sales list --json
is rows 4
is units 120
office sales list --sku S1 --region CN-GD --json
is units 90
is sales.1.week 2026-W04
office sales list --limit 1 --offset 1 --json
is next_offset 2

# -- plans: in proportion, from a seed, drawn again alike --
office test-purchase plan --count 40 --seed 7 --out plan.csv --json
plan=$(field id)
is basis sales
is strata 3
python3 -c 'import json,sys
rows = json.load(open("out"))["rows"]
print(sorted((r["sku"], r["region"], r["count"]) for r in rows))
sys.exit(sum(r["count"] for r in rows) != 40)' >one || complain "a plan of 40: $(cat one)"
[ "$(head -1 plan.csv | tr -d '\r')" = "sku,region,count,units,plan,seed" ] || complain "$(cat plan.csv)"
grep -q "$plan,7" plan.csv || complain "plan.csv: $(cat plan.csv)"
refused "exists already" test-purchase plan --out plan.csv
office test-purchase plan --count 40 --seed 7 --json
python3 -c 'import json
print(sorted((r["sku"], r["region"], r["count"]) for r in json.load(open("out"))["rows"]))' >two
cmp -s one two || complain "the same seed drew otherwise: $(cat one two)"
office test-purchase plan --by product --sku S1 --count 3 --json
is rows.0.count 3
is rows.0.region None
refused "by:" test-purchase plan --by week
refused "sku:" test-purchase plan --sku S9

# -- test purchases --
cat >purchases.csv <<END
time_ms,sku,region,code,is_fake
1768900000000,S1,CN-GD,$(sed -n 5p codes),0
1768800000000,S1,CN-BJ,$handle:77,1
1768900000000,S2,DE,,1
1768900000001,S2,DE-BY,no code at all,1
END
office test-purchase import purchases.csv --plan "$plan" --json
is rows 4
office test-purchase list --json
is rows 4
is fakes 3
is purchases.0.item "$handle:77"
is purchases.0.plan "$plan"
is purchases.2.item None
office test-purchase plans --json
is plans.2.bought 4
is plans.2.seed 7
refused "there is no plan" test-purchase import purchases.csv --plan 00112233445566778899aabbccddeeff
refused "plan: 32 hexadecimal digits" test-purchase import purchases.csv --plan x

# -- the audit hears of it --
office audit --format json
is basis.reference_items 14004
is strata.0.test_purchases.bought 4
is strata.0.test_purchases.fakes 3
office audit --by product,region --format json
python3 - <<'END' || complain "purchases by product and region: $(cat out)"
import json
rows = {(s["sku"], s["region"]): s["test_purchases"] for s in json.load(open("out"))["strata"]}
assert rows[("S1", "CN-GD")] == {"bought": 1, "fakes": 0}, rows
assert rows[("S1", "CN-BJ")] == {"bought": 1, "fakes": 1}, rows
assert rows[("S2", "DE-BY")] == {"bought": 1, "fakes": 1}, rows
END
office audit --by batch --format json
python3 - <<'END' || complain "purchases by batch: $(cat out)"
import json
assert [s["test_purchases"] for s in json.load(open("out"))["strata"]] == [{"bought": 2, "fakes": 1}]
END
office audit --sku S2 --from 2026-01-20 --to 2026-01-20 --format json
is strata.0.test_purchases.bought 2
for format in xlsx pdf; do
    office audit --by product,region --format $format --out report.$format
done

# -- a file that replaces what was imported of its kind --
{ echo code; echo "$handle:1"; } >only.csv
office reference import only.csv --replace --json
is replaces True
office reference list --json
is items 1
is imports.0.replaced True
office reference import many.csv --json
is already False
office reference list --json
is items 14001

# -- hostile files: refused with the line, nothing imported --
before=$(records)
bad() { # WORDS COMMAND HEADER ROW...
    local words=$1 command=$2
    shift 2
    printf '%s\n' "$@" >bad.csv
    refused "bad.csv: $words" $command bad.csv
}
bad "line 3: code: no such code was issued here" "reference import" code "$handle:1" ZZZZZZ:1
bad "line 2: code: no such code" "reference import" code "$handle:100000"
bad "line 2: code: a code as" "reference import" code hello
bad "line 1: the header code is wanted" "reference import" codes "$handle:1"
bad "line 3: sku" "sales import" sku,region,week,units S1,CN,2026-W03,1 S3,CN,2026-W03,1
bad "line 2: week" "sales import" sku,region,week,units S1,CN,0000-W03,1
bad "line 2: units" "sales import" sku,region,week,units S1,CN,2026-W03,1e9
bad "line 2: region" "sales import" sku,region,week,units "S1,Bavaria,2026-W03,1"
bad "line 3: week: line 2 speaks" "sales import" sku,region,week,units S1,CN,2026-W03,1 S1,CN,2026-W03,2
bad "line 2: time_ms" "test-purchase import" time_ms,sku,region,code,is_fake -62167219200000,S1,CN,,1
bad "line 2: time_ms: it lies in the future" "test-purchase import" time_ms,sku,region,code,is_fake \
    32503680000000,S1,CN,,1
bad "line 2: code: it is of another product" "test-purchase import" time_ms,sku,region,code,is_fake \
    "1,S2,CN,$handle:1,0"
bad "line 2: more than 4096 bytes" "reference import" code "$(head -c 10000000 /dev/zero | tr '\0' a)"
bad "line 2: a quote inside" "sales import" sku,region,week,units 'S1,C"N,2026-W03,1'
printf 'code\n%s:1\nA\0B\n' "$handle" >bad.csv
refused "bad.csv: line 3: a control character" reference import bad.csv
: >bad.csv
refused "line 1: the file is empty" sales import bad.csv
[ "$(records)" = "$before" ] || complain "hostile files left records"

# -- killed in the middle: nothing or all --
kills=0
for delay in 0.02 0.05 0.1; do
    python3 -c "print('code'); [print(f'$handle:{i}') for i in range(int($delay * 1000), 90000, 3)]" >long.csv
    items=$(("$(wc -l <long.csv)" - 1))
    "$batch" reference import long.csv --replace --data data >/dev/null 2>&1 </dev/null &
    pid=$!
    sleep "$delay"
    kill -9 "$pid" 2>/dev/null && kills=$((kills + 1))
    wait "$pid" 2>/dev/null
    office reference list --json
    [ "$(field items)" = "$items" ] || [ "$(field items)" = "${last:-14001}" ] ||
        complain "killed at $delay: $(field items) items"
    office reference import long.csv --replace --json
    office reference list --json
    is items "$items"
    last=$items
done
[ "$kills" -gt 0 ] || complain "nothing was killed"
office check
office rebuild
office check
office reference list --json
is items "$last"
office test-purchase plans --json
is plans.2.bought 4
office export --format jsonl
for type in reference sales purchase plan import; do
    grep -q "\"type\":\"$type\"" out || complain "no $type in the export"
done

# -- without a passphrase: items, not codes --
printf 'code\n%s:4\n' "$handle2" >items.csv
(unset ASSAY_PASSPHRASE; "$batch" reference import items.csv --data data >out 2>err </dev/null) ||
    complain "items without a passphrase: $(cat err)"
{ echo code; sed -n 9p codes; } >coded.csv
(unset ASSAY_PASSPHRASE; "$batch" reference import coded.csv --data data >out 2>err </dev/null) &&
    complain "codes were taken without a passphrase"
grep -q "name items as HANDLE:INDEX" err || complain "without a passphrase: $(cat err)"

# -- beside a verifier, and over HTTP --
office token create ci --scope write --json
token=$(field token)
office token create looker --scope read --json
looker=$(field token)
"$verifier" --data data --listen 127.0.0.1:0 --ops-listen 127.0.0.1:0 >server.log 2>&1 &
server=$!
for _ in $(seq 100); do
    grep -q serving server.log && break
    sleep 0.1
done
port=$(grep -o ' port=[0-9]*' server.log | head -1 | cut -d= -f2)
office reference import coded.csv --json
is already False
office test-purchase plan --count 2 --json
is count 2
post() { # TOKEN COMMAND JSON: status on the first line
    curl -s --noproxy "*" -o out -w '%{http_code}' -H "Authorization: Bearer $1" -H 'Content-Type: application/json' \
        --data "$3" "http://127.0.0.1:$port/v1/office/$2"
}
[ "$(post "$token" sales/import '{"csv":"sku,region,week,units\nS2,CN,2026-W10,5\n"}')" = 200 ] ||
    complain "HTTP: $(cat out)"
is rows 1
[ "$(post "$token" sales/import '{"csv":"sku,region,week,units\nS2,CN,2026-W10,x\n"}')" = 400 ] ||
    complain "HTTP: $(cat out)"
grep -q "line 2: units" out || complain "HTTP: $(cat out)"
[ "$(post "$looker" sales/import '{"csv":"x"}')" = 403 ] || complain "HTTP scope: $(cat out)"
[ "$(post "$looker" test-purchase/plans '{}')" = 200 ] || complain "HTTP plans: $(cat out)"
[ "$(post "$looker" test-purchase/list '{"sku":"S2","more":1}')" = 400 ] || complain "unknown field"
kill "$server"
wait "$server"
server=
office check

# -- no sales: from first scans --
office batch activate "$handle2" --without-manifest --at 2026-01-01T00:00:00Z
{ echo time_ms,code,country,region,city,lat,lon,accuracy_km,net,device,channel,pin; \
    for i in 1 2 3 4 5 6; do echo "176890000000$i,$handle2:$i,CN,CN-GX,,,,,,d$i,,"; done; } >scans.csv
"$batch" init fresh --brand Brand >out 2>err </dev/null || complain "init: $(cat err)"
rm -rf data && mv fresh data
office product add --sku S2 --name "乙|B"
office batch create --sku S2 --count 1000 --lot L2 --out order3.json --json
fresh=$(field batch.handle)
office batch activate "$fresh" --without-manifest --at 2026-01-01T00:00:00Z
sed -i "s/$handle2/$fresh/" scans.csv
office replay scans.csv
office test-purchase plan --count 9 --json
is basis first_scans
is rows.0.region CN-GX
is rows.0.units 6

[ "$failures" = 0 ] || exit 1
echo "evidence: all as it should be"
