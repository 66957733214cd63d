#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The office's program over its whole way: init, product, batch, activate, audit, backup, restore,
# check, rebuild; what is refused, and how it says so.
# usage: office.sh PATH/TO/assay-batch
set -u
batch=$(realpath "$1")
here=$(dirname "$(realpath "$0")")
work=$(mktemp -d /tmp/assay-office-XXXXXX)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
export ASSAY_PASSPHRASE=correct-horse
data=$work/data
failures=0
cases=0

complain() {
    echo "FAILED: $*" >&2
    failures=$((failures + 1))
}

# done_ COMMAND...: must exit 0 with nothing on stderr; stdout in ./out
done_() {
    cases=$((cases + 1))
    "$batch" "$@" >out 2>err </dev/null
    local status=$?
    [ "$status" = 0 ] || complain "$* exited $status: $(cat err)"
    [ ! -s err ] || complain "$* wrote to stderr: $(cat err)"
}

# refused STATUS WORDS COMMAND...: must exit so, with one line on stderr that holds the words
refused() {
    cases=$((cases + 1))
    local wanted=$1 words=$2
    shift 2
    "$batch" "$@" >out 2>err </dev/null
    local status=$?
    [ "$status" = "$wanted" ] || complain "$* exited $status, not $wanted: $(cat err)"
    [ "$(wc -l <err)" = 1 ] || complain "$* did not write one line: $(cat err)"
    grep -qF -- "$words" err || complain "$* did not say \"$words\": $(cat err)"
    [ ! -s out ] || complain "$* was refused, but wrote: $(cat out)"
}

has() {
    grep -qF -- "$1" "${2:-out}" || complain "\"$1\" is missing in: $(cat "${2:-out}")"
}

# -- usage --
refused 2 "a command is wanted"
refused 2 "there is no command eat" eat
refused 2 "there is no command batch eat" batch eat
refused 2 "DIR is wanted" init
refused 2 "--brand NAME is wanted" init "$data"
refused 2 "--data DIR is wanted" product list
refused 2 "nothing is known to do with x" product list --data "$data" x
refused 2 "wants a whole number" batch create --data "$data" --sku S --lot L --out o --count 1e3
refused 2 "is not UTF-8" product show --data "$data" --sku $'\xff'
done_ --help
has "batch create"
for command in init "product add" "batch create" "batch activate" "manifest import" "item show" \
    audit export backup restore check rebuild "token create" "site add"; do
    # shellcheck disable=SC2086
    done_ $command --help
    has "Usage: assay-batch $command"
done
done_ --version

# -- init --
(unset ASSAY_PASSPHRASE && refused 1 "passphrase" init "$data" --brand X && exit "$failures") ||
    failures=$((failures + 1))
[ ! -e "$data" ] || complain "a refused init left $data"
[ ! -e "$data.partial" ] || complain "a refused init left $data.partial"
refused 1 "host" init "$data" --brand X --host https://x.cn/path
refused 1 "time_zone" init "$data" --brand X --time-zone 8
refused 1 "x/y/z.partial" init "$work/x/y/z" --brand X
[ ! -e "$data" ] || complain "a refused init left $data"
done_ init "$data" --brand YuanBao --brand-zh 元宝 --host http://127.0.0.1:8080
has "assay_"
[ "$(stat -c %a "$data")" = 700 ] || complain "$data is not 0700"
refused 1 "exists already" init "$data" --brand X
refused 1 "no such folder" product list --data "$work/nowhere"

mkdir "$work/empty"
refused 1 "no data directory" product list --data "$work/empty"
[ -z "$(ls "$work/empty")" ] || complain "something was made in a folder that is none of ours"

# -- products --
done_ product add --data "$data" --sku YB-10400 --gtin 6901234567892 --name "元宝充电宝|Power bank" \
    --warranty-months 3 --registration-bonus-months 2
refused 1 "exists" product add --data "$data" --sku YB-10400 --name "a|b"
refused 1 "gtin" product add --data "$data" --sku X --name "a|b" --gtin 6901234567893
refused 1 "name_" product add --data "$data" --sku X
refused 2 "ZH|EN" product add --data "$data" --sku X --name a
done_ product add --data "$data" --sku B --name "线|Cable"
done_ product list --data "$data"
# every line of the table has its third column at the same column of the terminal
python3 - <<'PYTHON' || complain "the table is not aligned: $(cat out)"
import unicodedata
width = lambda text: sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)
lines = open("out", encoding="utf-8").read().split("\n")[:3]
starts = [width(lines[0].split("NAME (EN)")[0]), width(lines[1].split("Power bank")[0]),
          width(lines[2].split("Cable")[0])]
assert len(set(starts)) == 1, starts
assert not any(line.endswith(" ") for line in lines)
PYTHON

# -- batches --
refused 1 "there is no product" batch create --data "$data" --sku NO --lot L --count 5 --out o.json
refused 1 "at most 16777216" batch create --data "$data" --sku B --lot L --count 16777217 --out o.json
refused 1 "expires_on" batch create --data "$data" --sku B --lot L --count 5 --out o.json --expires 2027-02-30
[ ! -e o.json ] || complain "a refused batch left an order"
ASSAY_PASSPHRASE=wrong refused 1 "passphrase" batch create --data "$data" --sku B --lot L --count 5 --out o.json
done_ batch list --data "$data"
[ "$(wc -l <out)" = 1 ] || complain "a refused batch exists: $(cat out)"
done_ batch create --data "$data" --sku YB-10400 --lot L1 --count 1000 --pin --out order.json
handle=$(cat out)
[ ${#handle} = 6 ] || complain "no handle: $handle"
python3 -c 'import json,sys; o=json.load(open("order.json")); sys.exit(o["count"]!=1000 or o["handle"]!=sys.argv[1])' \
    "$handle" || complain "the order is not what was asked for"
refused 1 "exists already" batch create --data "$data" --sku B --lot L --count 5 --out order.json
done_ batch order "$handle" --data "$data" --out again.json
cmp -s order.json again.json || complain "the order is another the second time"
refused 1 "within 0-999" batch activate "$handle" --data "$data" --range 5-1000 --without-manifest
refused 1 "no batch" batch activate ABCDEF --data "$data"
refused 1 "six characters" batch activate ABC --data "$data"
refused 1 "reason" batch recall "$handle" --data "$data"
refused 1 "--without-manifest" batch activate "$handle" --data "$data"
done_ batch activate "$handle" --data "$data" --without-manifest
done_ batch ship "$handle" --data "$data" --range 0-499
done_ batch recall "$handle" --data "$data" --range 10-19 --reason 电池过热
done_ batch void "$handle" --data "$data" --range 999 --reason "label lost"
done_ batch close "$handle" --data "$data"
refused 1 "close" batch activate "$handle" --data "$data"
done_ batch show "$handle" --data "$data" --json
python3 -c 'import json; b=json.load(open("out")); assert b["active"]==1000 and b["recalled"]==10 and b["ranges"]["voided"]==["999-999"], b' ||
    complain "the batch is not as moved: $(cat out)"

# -- codes, manifests, sites, tokens --
refused 1 "code" item show 1234 --data "$data"
refused 1 "code" item show 10000000000000000000 --data "$data"
echo '{"a":1,"a":2}' >twice.json
refused 1 "twice.json" manifest import twice.json --data "$data"
refused 1 "there-is-none.json" manifest import there-is-none.json --data "$data"
refused 1 "scopes" token create ci --scope root --data "$data"
done_ token create ci --scope read,write --data "$data"
refused 1 "already" token create ci --scope read --data "$data"
done_ token revoke ci --data "$data"
refused 1 "no valid token" token revoke ci --data "$data"
done_ site list --data "$data"
has "office"
refused 1 "already" site add office --keys "$data/keys" --data "$data"
refused 1 "nowhere" site add mill --keys nowhere --data "$data"
done_ site revoke office --data "$data"
done_ site add plant --keys "$data/keys" --data "$data"

# -- audit and export --
done_ audit --data "$data"
has "last CRC"
done_ audit --data "$data" --by product,region,week --format json
python3 -m json.tool out >/dev/null || complain "audit's JSON is none"
refused 2 "--by" audit --data "$data" --by colour
refused 2 "day or week" audit --data "$data" --by day,week
refused 2 "--format" audit --data "$data" --format xml
refused 2 "--from" audit --data "$data" --from yesterday
refused 1 "there is no product" audit --data "$data" --sku NO
refused 2 "--format" export --data "$data" --format xml
done_ export --data "$data" --format jsonl -o ledger.jsonl
done_ export --data "$data" --format csv
python3 - <<'PYTHON' || complain "the export cannot be read"
import csv, json
rows = list(csv.DictReader(open("out", encoding="utf-8", newline="")))
lines = [json.loads(line) for line in open("ledger.jsonl", encoding="utf-8")]
assert len(rows) == len(lines) > 12, (len(rows), len(lines))
for row, line in zip(rows, lines):
    assert list(row) == list(line)
    assert row["position"] == str(line["position"]) and row["type"] == line["type"]
assert {"brand", "product", "batch", "move", "token", "site"} <= {line["type"] for line in lines}
assert any((line["detail"] or {}).get("reason") == "电池过热" for line in lines)
assert all(line["actor"].startswith("uid ") for line in lines)
PYTHON

# -- backup, restore, check, rebuild --
done_ check --data "$data"
has "whole"
done_ backup --data "$data" --out "$work/backup"
refused 1 "exists already" backup --data "$data" --out "$work/backup"
done_ restore --from "$work/backup" --data "$work/restored"
refused 1 "exists already" restore --from "$work/backup" --data "$work/restored"
done_ check --data "$work/restored"
done_ rebuild --data "$work/restored"
done_ check --data "$work/restored"
"$batch" export --data "$data" --format csv >one.csv
"$batch" export --data "$work/restored" --format csv >two.csv
cmp -s one.csv two.csv || complain "the restored ledger is another"
done_ backup --data "$data" --out "$work/keyless" --without-keys
[ -z "$(ls "$work/keyless/keys")" ] || complain "keys are in a backup without keys"
printf 'x' | dd of="$work/keyless/state/data.mdb" bs=1 seek=100 conv=notrunc status=none
refused 1 "state/data.mdb" restore --from "$work/keyless" --data "$work/never"
[ ! -e "$work/never" ] || complain "a refused restore left its folder"
sed -i 's/"format": [0-9]*/"format": 999/' "$work/backup/backup.json"
refused 1 "newer version" restore --from "$work/backup" --data "$work/never"
refused 1 "backup.json" restore --from "$work" --data "$work/never"

# -- a second process --
python3 - "$data" <<'PYTHON' &
import fcntl, os, sys, time
lock = open(sys.argv[1] + "/lock", "r+")
fcntl.flock(lock, fcntl.LOCK_EX)
lock.truncate(0)
lock.write("assay-verifier, process %d\n" % os.getpid())
lock.flush()
open("held", "w").write(str(os.getpid()))
time.sleep(60)
PYTHON
holder=$!
while [ ! -s held ]; do sleep 0.05; done
refused 1 "process $(cat held)" product list --data "$data"
refused 1 "process $(cat held)" rebuild --data "$data"
done_ audit --data "$data"
done_ check --data "$data"
kill "$holder"
wait "$holder" 2>/dev/null
done_ product list --data "$data"

# -- damage --
segment=$work/restored/ledger/0000000000000000.seg
flip() { # OFFSET BIT
    python3 - "$segment" "$1" "$2" <<'PYTHON'
import sys
with open(sys.argv[1], "r+b") as file:
    file.seek(int(sys.argv[2]))
    byte = file.read(1)[0]
    file.seek(int(sys.argv[2]))
    file.write(bytes([byte ^ (1 << int(sys.argv[3]))]))
PYTHON
}
flip 4700 3
refused 1 "0000000000000000.seg" check --data "$work/restored"
refused 1 "0000000000000000.seg" audit --data "$work/restored"
flip 4700 3
done_ check --data "$work/restored"

# -- written by a newer version: the segment's version is the u32 after its magic --
cp -r "$work/restored" newer
segment=$work/newer/ledger/0000000000000000.seg
python3 "$here/newer_segment.py" "$segment" || complain "the segment was not changed"
for command in "product list" audit check; do
    # shellcheck disable=SC2086
    refused 1 "newer version" $command --data "$work/newer"
done

[ "$failures" = 0 ] || { echo "$failures of $cases cases failed" >&2; exit 1; }
echo "$cases cases passed"
