#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# History from elsewhere with the real program: what each row comes to, the same file again, killed in
# the middle and gone on with, hostile files refused whole, activation at a time that lies behind.
# usage: replay.sh PATH/TO/assay-batch PATH/TO/assay-codegen PATH/TO/assay-verifier
set -u
batch=$(realpath "$1")
codegen=$(realpath "$2")
verifier=$(realpath "$3")
work=$(mktemp -d /tmp/assay-replay-XXXXXX)
server=
finish() {
    [ -z "$server" ] || kill -9 "$server" 2>/dev/null
    rm -rf "$work"
}
trap finish EXIT
cd "$work" || exit 1
export ASSAY_PASSPHRASE=correct-horse
failures=0
header=time_ms,code,country,region,city,lat,lon,accuracy_km,net,device,channel,pin

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
    value = value[key]
print(value)' "$1"
}

is() {
    [ "$(field "$1")" = "$2" ] || complain "$1 is $(field "$1"), not $2"
}

same() { # WHAT FILE FILE
    cmp -s "$2" "$3" || complain "$1: $(diff "$2" "$3" | head -5)"
}

records() {
    "$batch" stats show --data data --json </dev/null | python3 -c 'import json,sys
print(json.load(sys.stdin)["ledger_records"])'
}

"$batch" init data --brand Brand >out 2>err </dev/null || complain "init: $(cat err)"
office product add --sku S1 --name "甲|A"
office batch create --sku S1 --count 1000 --lot L1 --pin --out order.json --json
handle=$(field batch.handle)
"$codegen" --order order.json --keys data/keys --format csv --out labels --range 0-19 \
    >out 2>err </dev/null || complain "codegen: $(cat err)"
code() { # INDEX
    sed -n "$(($1 + 2))p" labels/*.csv | cut -d, -f1
}

# -- activation at a time that lies behind, before the batch was made here --
refused "at: it lies in the future" batch activate "$handle" --without-manifest \
    --at 2999-01-01T00:00:00Z
refused "at: a time of RFC 3339 is wanted" batch activate "$handle" --without-manifest --at soon
office batch activate "$handle" --range 0-499 --without-manifest --at 2026-01-10T00:00:00Z
office batch activate "$handle" --range 500-599 --without-manifest --at 2026-03-01T00:00:00+08:00
office batch recall "$handle" --range 7 --reason crack

# -- what each row comes to --
cat >rows.csv <<END
$header
1767900000000,$handle:1,CN,CN-GD,Shenzhen,22.54,114.06,25,mobile,d1,,
1768900000000,$(code 1),CN,CN-GD,Shenzhen,22.54,114.06,25,mobile,d1,,
1768900001000,$handle:1,CN,GD,Shenzhen,22.54,114.06,25,,d1,wechat,
1768900002000,$handle:1,cn,cn-gd,,,,,fixed,d2,,wrong
1768900003000,ABC,,,,,,,,,,
1768900004000,ZZZZZZ:4,DE,DE-BY,München,48.1,11.6,0.4,anon,d3,,
1768900005000,$handle:2,CN,,,-33.45,151.25,0,hosting,d4,api,right
1768900006000,$handle:999999999,FR,,,,,,,,,
1772287199999,$handle:500,CN,,,,,,,,,
1772294400000,$handle:500,CN,,,,,,,,,
1772294400001,$handle:7,CN,,,,,,,,bot,
1772294400002,"$(code 2 | tr 'A-Z' 'a-z' | sed 's/..../&-/g;s/-$//')",CN,,,,,,,d5,preview,
END
office replay rows.csv --scan-out scans.csv --item-out items.csv --json
is rows 12
is rows_before 0
is verdicts.not_issued 2
is verdicts.malformed 1
cut -d, -f1,2 scans.csv >got
cat >wanted <<END
row,verdict
1,not_on_sale
2,genuine
3,genuine
4,pin_wrong
5,malformed
6,not_issued
7,confirmed
8,not_issued
9,not_on_sale
10,genuine
11,genuine
12,genuine_seen
END
same "verdicts of rows" wanted got
[ "$(sed -n '6,7p' scans.csv)" = "5,malformed,,
6,not_issued,," ] || complain "rows without risk: $(cat scans.csv)"
printf 'code\n%s\n%s\n%s\n%s\n' "$handle:1" "$handle:2" "$handle:500" "$handle:7" >wanted
cut -d, -f1 items.csv >got
same "items" wanted got

# -- the same file again adds nothing and tells the same --
before=$(records)
office replay rows.csv --scan-out again.csv --item-out items_again.csv --json
is rows_before 12
is scans_recorded 0
same "scans again" scans.csv again.csv
same "items again" items.csv items_again.csv
[ "$(records)" = "$before" ] || complain "the same file again added records"
office check

# -- times of what is counted are the scans' own --
office export --format jsonl
python3 - <<'END' || complain "export"
import json
lines = [json.loads(line) for line in open("out")]
counts = [(l["at"], l["country"], l["count"]) for l in lines if l["type"] == "summary"]
assert counts == [("2026-01-20T09:06:00.000Z", "DE", 1), ("2026-01-20T09:06:00.000Z", "FR", 1)], counts
scans = [l for l in lines if l["type"] == "scan"]
assert (scans[-1]["lat"], scans[-1]["channel"]) == (None, scans[-1]["channel"])
own = [l for l in scans if l["batch"] and l["item"] == 2][0]
assert (own["lat"], own["lon"], own["accuracy_km"]) == (-33.5, 151.3, 0), own
devices = {(l["item"], l["device"]) for l in scans if l["item"] == 1}
assert len(devices) == 2, devices
END

# -- rows out of order are taken in order of time, told in the file's --
mv data first
make_data() {
    rm -rf data
    cp -r first data
}
make_data
python3 - "$handle" <<'END'
import random, sys
handle, header = sys.argv[1], open("rows.csv").readline()
random.seed(5)
rows = []
at = 1773000000000
for number in range(6000):
    at += random.randrange(1, 60000)
    item = random.randrange(5) if random.random() < .1 else random.randrange(600)
    kind = random.random()
    code = f"{handle}:{item}" if kind < .95 else ("junk" if kind < .97 else f"ZZZZZ{random.randrange(9)}:1")
    pin = random.choice([""] * 20 + ["right", "wrong"])
    rows.append(f"{at},{code},CN,CN-GD,Shenzhen,{22 + random.random():.3f},{114 + random.random():.3f},25,"
                f"fixed,d{random.randrange(300)},,{pin}\n")
open("sorted.csv", "w").writelines([header] + rows)
order = list(range(len(rows)))
random.shuffle(order)
open("shuffled.csv", "w").writelines([header] + [rows[i] for i in order])
open("order", "w").write("\n".join(str(i) for i in order))
END
office replay sorted.csv --scan-out sorted.out --item-out sorted.items
office check
"$batch" scans list --limit 1000 --data data --json >sorted.scans </dev/null
make_data
office replay shuffled.csv --scan-out shuffled.out --item-out shuffled.items
python3 - <<'END' || complain "rows out of order"
import csv
one = list(csv.reader(open("sorted.out")))[1:]
two = list(csv.reader(open("shuffled.out")))[1:]
order = [int(i) for i in open("order")]
assert [r[0] for r in two] == [str(i + 1) for i in range(len(two))]
assert [r[1:] for r in two] == [one[i][1:] for i in order]
left = {r[0]: r[1:] for r in csv.reader(open("sorted.items"))}
right = {r[0]: r[1:] for r in csv.reader(open("shuffled.items"))}
assert left == right
assert len({r[1] for r in one}) >= 6, {r[1] for r in one}
END
office replay shuffled.csv --scan-out again.csv
same "rows out of order, again" shuffled.out again.csv

# -- killed in the middle, gone on with: every row once, all as in one run --
kills=0
for delay in 0.03 0.08 0.15; do
    make_data
    for _ in 1 2; do
        "$batch" replay sorted.csv --data data --scan-out killed.out >/dev/null 2>&1 </dev/null &
        pid=$!
        sleep "$delay"
        kill -9 "$pid" 2>/dev/null && kills=$((kills + 1))
        wait "$pid" 2>/dev/null
    done
    office replay sorted.csv --scan-out resumed.out --item-out resumed.items --json
    same "resumed" sorted.out resumed.out
    same "items resumed" sorted.items resumed.items
    office check
    "$batch" export --format jsonl --data data </dev/null |
        python3 -c 'import json,sys
ids = [l["scan_id"] for l in map(json.loads, sys.stdin) if l["type"] == "scan"]
sys.exit(len(ids) != len(set(ids)))' || complain "a row was recorded twice"
done
[ "$kills" -gt 0 ] || complain "nothing was killed"
office rebuild
office check
office replay sorted.csv --scan-out resumed.out
same "after a rebuild" sorted.out resumed.out

# -- hostile files: refused with the line, and nothing is imported --
make_data
before=$(records)
good="1772294400000,$handle:3,CN,CN-GD,Shenzhen,22.54,114.06,25,fixed,d1,,"
bad() { # WORDS ROW...
    local words=$1
    shift
    { echo "$header"; echo "$good"; printf '%s\n' "$@"; } >bad.csv
    refused "$words" replay bad.csv --scan-out bad.out
    [ ! -e bad.out ] && [ ! -e bad.out.partial ] || complain "$words: an output was left"
}
bad "line 3: time_ms:" "soon,$handle:3,,,,,,,,,,"
bad "line 3: time_ms:" "-62167219200000,$handle:3,,,,,,,,,,"
bad "line 3: time_ms:" "0,$handle:3,,,,,,,,,,"
bad "line 3: time_ms:" "1e12,$handle:3,,,,,,,,,,"
bad "line 3: time_ms:" "99999999999999999999999,$handle:3,,,,,,,,,,"
bad "line 3: time_ms: it lies in the future" "32503680000000,$handle:3,,,,,,,,,,"
for number in nan NaN inf -inf 1e3 0x10 91 -90.000001 9999999999999 "22,5" 22. .5 "" " 1"; do
    bad "line 3: " "1772294400000,$handle:3,CN,,,$number,114,25,,,,"
done
bad "line 3: lon" "1772294400000,$handle:3,CN,,,22,180.1,25,,,,"
bad "line 3: accuracy_km" "1772294400000,$handle:3,CN,,,22,114,-1,,,,"
bad "line 3: accuracy_km" "1772294400000,$handle:3,CN,,,22,114,,,,,"
bad "line 3: country" "1772294400000,$handle:3,CHN,,,,,,,,,"
bad "line 3: region" "1772294400000,$handle:3,CN,DE-BY,,,,,,,,"
bad "line 3: region" "1772294400000,$handle:3,CN,Guangdong,,,,,,,,"
bad "line 3: net" "1772294400000,$handle:3,CN,,,,,,dsl,,,"
bad "line 3: channel" "1772294400000,$handle:3,CN,,,,,,,,web2,"
bad "line 3: pin" "1772294400000,$handle:3,CN,,,,,,,,,1234"
bad "line 3: 12 fields are wanted" "1772294400000,$handle:3"
bad "line 3: 12 fields are wanted" "$good,more"
bad "line 4: " "$good" 'x"y'
bad "line 3: a quoted field is not closed" "1772294400000,\"$handle:3"
bad "line 3: more than 4096 bytes" "$(head -c 10000000 /dev/zero | tr '\0' a)"
printf '%s\n%s\nA\0B\n' "$header" "$good" >bad.csv
refused "line 3: a control character" replay bad.csv
printf '%s\n%s\n1772294400000,%s:3,CN,,\xff,,,,,,,\n' "$header" "$good" "$handle" >bad.csv
refused "line 3: city" replay bad.csv
echo "$good" >bad.csv
refused "line 1: the header $header is wanted" replay bad.csv
: >bad.csv
refused "line 1:" replay bad.csv
refused "No such file" replay none.csv
printf '%s\n%s\n' "$header" "1772294400000,ZZZZZZ:1,,,,,,,,,," >bad.csv
refused "line 2: code: neither this nor any other" replay bad.csv
{ echo "$header"; echo "$good"; } | "$batch" replay /dev/stdin --data data >out 2>err
[ $? != 0 ] || complain "a pipe was taken"
[ "$(records)" = "$before" ] || complain "hostile files left records"

# -- without a passphrase: enough for HANDLE:INDEX, not for codes --
(unset ASSAY_PASSPHRASE; "$batch" replay sorted.csv --data data >/dev/null 2>err </dev/null) ||
    complain "without a passphrase: $(cat err)"
(unset ASSAY_PASSPHRASE; "$batch" replay rows.csv --data data >/dev/null 2>err </dev/null) &&
    complain "codes were taken without a passphrase"

# -- beside a verifier: refused --
"$verifier" --data data --listen 127.0.0.1:0 --ops-listen 127.0.0.1:0 >server.log 2>&1 &
server=$!
for _ in $(seq 100); do
    grep -q serving server.log && break
    sleep 0.1
done
refused "stop it, replay, and start it again" replay rows.csv
kill "$server"
wait "$server"
server=

[ "$failures" = 0 ] || exit 1
echo "replay: all as it should be"
