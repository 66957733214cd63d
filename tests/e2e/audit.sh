#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# From a history to a report with the real programs: worlds of the simulator are replayed and audited.
# The report is the same byte for byte, run after run, with fused multiply-add and without, and its
# numbers stand near the truth that the simulator wrote down.
# usage: audit.sh PATH/TO/assay-batch PATH/TO/assay-market PATH/TO/audit_view
set -u
batch=$(realpath "$1")
market=$(realpath "$2")
view=$(realpath "$3")
work=$(mktemp -d /tmp/assay-audit-XXXXXX)
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

# world KIND SEED: a data directory KIND with the history in it, and its truth in KIND.truth
world() {
    local batches=() handle
    office init "$1" --brand Audit --host https://v.example.com
    for sku in A B; do
        office product add --data "$1" --sku $sku --name "a|b"
        for lot in 1 2 3 4 5 6; do
            office batch create --data "$1" --sku $sku --count 2000 --lot $lot --market CN --out order.json
            rm -f order.json
        done
    done
    "$batch" batch list --data "$1" --json </dev/null >list
    while read -r sku handle; do
        batches+=(--batch "$sku:$handle:2000:CN")
        office batch activate "$handle" --at 2025-12-01T00:00:00Z --without-manifest --data "$1"
    done < <(python3 -c 'import json
for batch in json.load(open("list"))["batches"]: print(batch["sku"], batch["handle"])')
    "$market" --seed "$2" --kind "$1" --items 6000 "${batches[@]}" --out "$1.truth" >out 2>err ||
        complain "assay-market: $(cat err)"
    office replay "$1.truth/scans.csv" --data "$1"
}

audit() { # DATA ARGUMENTS...
    local data=$1
    shift
    "$batch" audit --data "$data" "$@" </dev/null 2>err || complain "audit of $data $*: $(cat err)"
}

world clean 1001
world before 1002

# -- the same ledger, the same report --
for format in json csv table; do
    audit before --by product,region,week --format $format >once
    audit before --by product,region,week --format $format >twice
    cmp -s once twice || complain "two reports of one ledger differ as $format"
    GLIBC_TUNABLES=glibc.cpu.hwcaps=-AVX2_Usable,-FMA_Usable,-AVX2,-FMA \
        "$batch" audit --data before --by product,region,week --format $format </dev/null >plain 2>err
    cmp -s once plain || complain "without fused multiply-add the $format report differs"
done
cp -r before copied
audit copied --by product,region,week --format json >elsewhere
audit before --by product,region,week --format json >once
cmp -s once elsewhere || complain "a copied directory gives another report"

# -- files --
for format in xlsx pdf; do
    office audit --data before --by product,region --format $format --out once.$format
    office audit --data before --by product,region --format $format --out twice.$format
    cmp -s once.$format twice.$format || complain "two $format reports of one ledger differ"
    [ ! -e once.$format.part ] || complain "a part of $format is left"
    "$batch" audit --data before --format $format --out nowhere/a.$format >out 2>err </dev/null &&
        complain "$format into a folder that is not there is no error"
done
qpdf --check once.pdf >out 2>&1 || complain "qpdf: $(cat out)"
pdftotext once.pdf - | tr '\n' ' ' >text
grep -q "Merkle root" text || complain "the printed report does not name the ledger's root"
grep -q "learnt from a simulator" text || complain "the printed report does not say that the table is the default"
python3 - <<'PYTHON' || complain "the workbook is not whole"
import zipfile
book = zipfile.ZipFile("once.xlsx")
assert book.testzip() is None
assert len([n for n in book.namelist() if n.startswith("xl/worksheets/sheet")]) == 3
PYTHON
"$batch" audit --data before --format pdf >out 2>err </dev/null
[ $? = 2 ] || complain "pdf without --out is no usage error"

# -- near the truth --
audit clean --format json >clean.json
audit before --format json >before.json
audit before --by product,region --format json >cut.json
python3 - <<'PYTHON' || failures=$((failures + 1))
import csv, json, sys

failed = False
def check(what, holds):
    global failed
    if not holds:
        failed = True
        print("FAILED:", what, file=sys.stderr)

def truth(kind):
    rows = list(csv.DictReader(open(f"{kind}.truth/strata-truth.csv")))
    genuine = sum(int(row["genuine_shown"]) for row in rows)
    fake = sum(int(row["fake_shown"]) for row in rows)
    return fake / (genuine + fake)

clean = json.load(open("clean.json"))
before = json.load(open("before.json"))
cut = json.load(open("cut.json"))
for report in (clean, before):
    row = report["strata"][0]
    check("one row without a cut", len(report["strata"]) == 1)
    check("not cut: null", row["sku"] is None and row["country"] is None)
    check("bounds in order", row["e2"]["low"] <= row["e2"]["point"] <= row["e2"]["high"])
    check("a lower bound is none above the point", row["e2"]["lower_bound"] <= row["e2"]["point"])
    check("E3 is a band", row["e3"]["point"] is None and not row["e3"]["anchored"])
    check("E3's band holds E2", row["e3"]["low"] <= row["e2"]["point"] <= row["e3"]["high"])
    check("what it stands on is said", len(report["assumptions"]) >= 5)
    check("64 hex digits", len(report["ledger"]["root"]) == 64)
check("a clean market's upper limit", clean["strata"][0]["e2"]["high"] <= 0.06)
share = truth("before")
row = before["strata"][0]
check(f"lower bound {row['e2']['lower_bound']} below the truth {share}", row["e2"]["lower_bound"] <= share)
check(f"upper limit {row['e2']['high']} above the truth {share}", row["e2"]["high"] >= share)
check("the market is far from clean", row["e2"]["lower_bound"] > clean["strata"][0]["e2"]["point"])
check("cuts add up to the whole", sum(r["scans"] for r in cut["strata"]) == row["scans"])
check("items too", sum(r["items"] for r in cut["strata"]) == row["items"])
check("the trend has both periods", before["trend"]["before"]["from"] < before["trend"]["after"]["from"])
odds = before["trend"]["odds_ratio"]
check("bounds of the trend in order", odds["low"] <= odds["point"] <= odds["high"])
sys.exit(failed)
PYTHON

# -- the dashboard's figures, from the roll-ups' sums, beside the report's, from every scan --
world slow 1003
audit slow --format json >slow.json
for kind in clean before slow; do
    "$view" $kind audit.overview >$kind.view 2>err || complain "audit.overview of $kind: $(cat err)"
done
python3 - <<'PYTHON' || failures=$((failures + 1))
import json, sys

failed = False
for kind in ("clean", "before", "slow"):
    report = json.load(open(f"{kind}.json"))["strata"][0]
    view = json.load(open(f"{kind}.view"))
    pairs = [("the view's E2 lies in the report's interval", view["e2"]["point"], report["e2"], 0.005),
             ("the report's E2 lies in the view's interval", report["e2"]["point"], view["e2"], 0)]
    for what, point, interval, room in pairs: # room: a clean report's interval is narrower than sums can tell
        if not interval["low"] - room <= point <= interval["high"] + room:
            failed = True
            print("FAILED:", kind, what, point, interval, file=sys.stderr)
    if view["items"] != report["items"]:
        failed = True
        print("FAILED:", kind, "items", view["items"], report["items"], file=sys.stderr)
sys.exit(failed)
PYTHON

[ "$failures" = 0 ] && echo "audit: all passed"
exit $((failures > 0))
