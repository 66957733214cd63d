#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A simulated market replayed and calibrated with the real programs: without anything to learn from it is
# refused, with reference items the levels hold their rates and find copies, replay does it by itself,
# the same ledger gives the same table, and a rebuilt state goes by it; a verifier calibrates by itself,
# once in the time that it is told.
# usage: calibrate.sh PATH/TO/assay-batch PATH/TO/assay-market PATH/TO/assay-verifier
set -u
batch=$(realpath "$1")
market=$(realpath "$2")
verifier=$(realpath "$3")
work=$(mktemp -d /tmp/assay-calibrate-XXXXXX)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
export ASSAY_PASSPHRASE=correct-horse
failures=0

complain() {
    echo "FAILED: $*" >&2
    failures=$((failures + 1))
}

office() {
    "$batch" "$@" >out 2>err </dev/null || complain "$* exited $?: $(cat err)"
}

field() {
    python3 -c 'import json,sys
value = json.load(open("out"))
for key in sys.argv[1].split("."):
    value = value[key]
print(value)' "$1"
}

office init data --brand Brand
batches=()
for product in 0 1; do
    office product add --data data --sku S$product --name "茶|Tea"
    for lot in 1 2 3 4; do
        office batch create --data data --sku S$product --count 100000 --lot L$lot --market CN \
            --out order-$product-$lot.json --json
        handle=$(field batch.handle)
        office batch activate "$handle" --data data --without-manifest --at 2026-01-01T00:00:00Z
        batches+=(--batch "S$product:$handle:100000:CN")
    done
done
"$market" --seed 9001 --kind slow --items 12000 "${batches[@]}" --out world || complain "no world"

"$batch" calibrate --data data >out 2>err </dev/null && complain "calibrated by nothing"
grep -q "reference import" err || complain "calibrate says: $(cat err)"
office risk show --data data --json
[ "$(field built_in)" = True ] || complain "the table is not the built-in one"

office reference import world/reference.csv --data data
office replay world/scans.csv --data data --item-out items.csv
office risk show --data data --json
[ "$(field built_in)" = False ] || complain "replay did not calibrate"
[ "$(field reference_items)" -gt 300 ] || complain "only $(field reference_items) reference items"
table() {
    python3 -c 'import json
shown = json.load(open("out"))
del shown["at"], shown["by"]
print(shown)'
}
table >first

python3 - <<'END' || complain "levels do not hold"
import csv, sys
truth = {row["code"]: row for row in csv.DictReader(open("world/item-truth.csv"))}
levels = {"genuine": [], "slow": []}
for row in csv.DictReader(open("items.csv")):
    item = truth[row["code"]]
    scanned = int(item["copies_scanned"]) + int(item["genuine_scanned"])
    if item["kind"] == "genuine" or scanned >= 2:
        levels[item["kind"]].append(row["level"])
def share(kind, names):
    return sum(level in names for level in levels[kind]) / len(levels[kind])
check = share("genuine", ("check", "suspect", "cloned"))
suspect = share("genuine", ("suspect", "cloned"))
found = share("slow", ("suspect", "cloned"))
print(f"genuine: {check:.4f} check, {suspect:.4f} suspect; slow copies: {found:.3f} suspect")
sys.exit(not (0.002 < check < 0.02 and suspect < 0.003 and found > 0.4))
END

office calibrate --data data --json
office risk show --data data --json
table | cmp -s - first || complain "the same ledger gave another table"
office replay world/scans.csv --data data --item-out again.csv
office rebuild --data data
office replay world/scans.csv --data data --item-out rebuilt.csv
cmp -s again.csv rebuilt.csv || complain "rebuilt items look otherwise"
cmp -s items.csv again.csv || complain "items look otherwise than after the replay"
office check --data data

# -- a verifier does it by itself --
# serve DATA TENTHS: until it has calibrated, at most so long
serve() {
    printf 'alerts:\n  interval_ms: 100\n' >config.yaml
    "$verifier" --data "$1" --config config.yaml --listen 127.0.0.1:0 --ops-listen 127.0.0.1:0 >log 2>&1 &
    local pid=$! tenth=0
    while [ $tenth -lt "$2" ] && ! grep -q calibrated log; do
        sleep 0.1
        tenth=$((tenth + 1))
    done
    kill "$pid"
    wait "$pid" || complain "the verifier ended badly: $(cat log)"
}

serve data 30
grep -q calibrated log && complain "calibrated anew within a week"

office init fresh --brand Brand
office product add --data fresh --sku S0 --name "茶|Tea"
office batch create --data fresh --sku S0 --count 1000 --lot L1 --market CN --out order.json --json
handle=$(field batch.handle)
office batch activate "$handle" --data fresh --without-manifest
printf 'code\r\n%s:7\r\n' "$handle" >few.csv
office reference import few.csv --data fresh
serve fresh 300
office risk show --data fresh --json
[ "$(field by)" = verifier ] || complain "the verifier did not calibrate: $(cat out log)"

[ "$failures" = 0 ] && echo "calibration: all as it should be"
exit "$failures"
