#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Print jobs over their whole way: kill -9 anywhere and --resume, byte for byte as a clean run;
# spoiled labels and their reprint; a batch's keys alone at a print site; packages for a print house;
# decoys and alerts; what is refused, with nothing left under a final name.
# usage: jobs.sh PATH/TO/assay-batch PATH/TO/assay-codegen
set -u
batch=$(realpath "$1")
codegen=$(realpath "$2")
work=$(mktemp -d /tmp/assay-jobs-XXXXXX)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
export ASSAY_PASSPHRASE=correct-horse
RANDOM=${ASSAY_SEED:-$$}
echo "ASSAY_SEED=${ASSAY_SEED:-$$}"
failures=0

complain() {
    echo "FAILED: $*" >&2
    failures=$((failures + 1))
}

office() {
    "$batch" "$@" --data data >out 2>err </dev/null || complain "$* exited $?: $(cat err)"
}

# not_office WORDS COMMAND...: must be refused with these words
not_office() {
    local words=$1
    shift
    "$batch" "$@" --data data >out 2>err </dev/null && complain "$* was not refused"
    grep -qF -- "$words" err || complain "$* did not say \"$words\": $(cat err)"
}

# print_ ARGUMENTS...: must exit 0 with nothing on stderr
print_() {
    "$codegen" "$@" >out 2>err </dev/null || complain "codegen $* exited $?: $(cat err)"
    [ ! -s err ] || complain "codegen $* wrote to stderr: $(cat err)"
}

# refused STATUS WORDS ARGUMENTS...: must exit so, with one line on stderr that holds the words
refused() {
    local wanted=$1 words=$2
    shift 2
    "$codegen" "$@" >out 2>err </dev/null
    local status=$?
    [ "$status" = "$wanted" ] || complain "codegen $* exited $status, not $wanted: $(cat err)"
    [ "$(wc -l <err)" = 1 ] || complain "codegen $* did not write one line: $(cat err)"
    grep -qF -- "$words" err || complain "codegen $* did not say \"$words\": $(cat err)"
}

# sums_are HANDLE "ISSUED GOOD SPOILED VOID UNACCOUNTED"
sums_are() {
    "$batch" batch show "$1" --data data --json >out 2>err || complain "batch show: $(cat err)"
    local sums
    sums=$(python3 -c 'import json
r = json.load(open("out"))["reconciliation"]
assert r["issued"] == r["good"] + r["spoiled"] + r["void"] + r["unaccounted"], r
print(r["issued"], r["good"], r["spoiled"], r["void"], r["unaccounted"])')
    [ "$sums" = "$2" ] || complain "batch $1 has $sums, not $2"
}

"$batch" init data --brand Brand --host https://v.brand.cn >out 2>err || complain "init: $(cat err)"
office product add --sku YB --gtin 09506000134352 --name "电源|Power bank"
office batch create --sku YB --count 3000 --lot A --pin --out order.json
handle=$(cat out)
keys="--order order.json --keys data/keys"

# -- kill -9 at twenty moments; going on makes the very files of a clean run --
print_ $keys --format svg --printer "HP 2" --out clean
began=$(date +%s%N)
print_ $keys --format svg --printer "HP 2" --out again
took_ms=$((($(date +%s%N) - began) / 1000000))
for round in $(seq 20); do
    rm -rf killed
    "$codegen" $keys --format svg --printer "HP 2" --out killed >out 2>err &
    pid=$!
    delay_ms=$((RANDOM % (took_ms + 20)))
    sleep "$(printf '%d.%03d' $((delay_ms / 1000)) $((delay_ms % 1000)))"
    kill -9 "$pid" 2>/dev/null
    wait "$pid" 2>/dev/null
    status=$?
    if [ "$status" = 0 ]; then
        refused 1 "printed already" $keys --format svg --printer "HP 2" --out killed --resume
    else
        [ -e killed/.job.json ] && cp killed/.job.json note
        print_ $keys --format svg --printer "HP 2" --out killed --resume
    fi
    [ "$(cd clean && sha256sum labels-*)" = "$(cd killed && sha256sum labels-*)" ] ||
        complain "round $round, killed after $delay_ms ms: the files are not those of a clean run"
    [ -z "$(find killed -name '.*' -type f)" ] || complain "round $round left $(ls -A killed)"
    python3 - clean/manifest.json killed/manifest.json <<'PYTHON' || complain "round $round: manifest"
import json, sys
clean, killed = (json.load(open(name)) for name in sys.argv[1:])
for name in ("job", "printed_at", "signature"):
    assert clean.pop(name) != "" and killed.pop(name) != ""
assert clean == killed
PYTHON
done
# an interrupted job goes on with its own options alone, and not twice at once
python3 - <<'PYTHON'
import os, shutil
shutil.copytree("clean", "stopped")
names = sorted(name for name in os.listdir("stopped") if name.startswith("labels"))
with open("stopped/" + names[1], "r+b") as file:  # damaged since
    file.write(b"X")
os.remove("stopped/" + names[-1])
PYTHON
note() { # a note for the folder "stopped", of the job that its manifest names
    python3 - "$1" <<'PYTHON'
import json, sys
manifest = json.load(open("stopped/manifest.json"))
note = json.load(open("note"))  # of a job that was killed
note.update(version=int(sys.argv[1]), job=manifest["job"], started_at=manifest["printed_at"])
json.dump(note, open("stopped/.job.json", "w"))
PYTHON
}
note 2
refused 1 "newer version" $keys --format svg --printer "HP 2" --out stopped --resume
note 1
refused 1 "its own options" $keys --format svg --printer "HP 3" --out stopped --resume
refused 1 "its own options" $keys --format svg --printer "HP 2" --ecc H --out stopped --resume
refused 1 "its own options" $keys --format svg --printer "HP 2" --range 0-2 --out stopped --resume
print_ $keys --format svg --printer "HP 2" --out stopped --resume
diff -r clean stopped >out || complain "a damaged file was not made again: $(head -3 out)"

# -- reconciliation, spoiled labels, a reprint of their own --
not_office "--without-manifest" batch activate "$handle"
print_ $keys --format pdf --range 0-2499 --printer "HP 2" --out pdf
office manifest import pdf/manifest.json
sums_are "$handle" "3000 2500 0 0 500"
not_office "imported before" manifest import pdf/manifest.json
not_office "printed already" manifest import clean/manifest.json
office batch spoil "$handle" --range 3-5 --reason smeared
office batch spoil "$handle" --range 900 --reason torn
office batch void "$handle" --range 2490-2599 --reason lost
sums_are "$handle" "3000 2486 4 110 400"
not_office "are spoiled" batch activate "$handle" --range 0-10
not_office "unaccounted for" batch activate "$handle" --range 2400-2700
refused 2 "--reason" $keys --format pdf --out reprint --reprint 3-5,900
refused 2 "go together" $keys --format pdf --out reprint --reason torn
refused 2 "not for it" $keys --format pdf --out reprint --reprint 3 --reason torn --range 1
refused 2 "ascend" $keys --format pdf --out reprint --reprint 900,3-5 --reason torn
refused 2 "--reprint" $keys --format pdf --out reprint --reprint 3- --reason torn
refused 1 "0-2999" $keys --format pdf --out reprint --reprint 3-3000 --reason torn
[ ! -e reprint ] || complain "a refused reprint left a folder"
print_ $keys --format csv --out reprint --reprint 3-5,900 --reason "smeared, torn"
print_ $keys --format csv --out csv
[ "$(grep -cE ',(3|4|5|900)'$'\r' csv/labels-*.csv)" = 4 ] || complain "the CSV lacks items"
grep -E ',(3|4|5|900)'$'\r' csv/labels-*.csv >some
tail -n +2 reprint/reprint-00000003-00000900.csv | cmp -s - some ||
    complain "the reprint is not of the four items"
print_ $keys --format pdf --out pdf --reprint 3-5,900 --reason "smeared, torn"
[ -e pdf/manifest-reprint.json ] || complain "a reprint beside its print: $(ls pdf)"
refused 1 "printed already" $keys --format pdf --out pdf --reprint 5 --reason again
office manifest import pdf/manifest-reprint.json
sums_are "$handle" "3000 2490 0 110 400"
not_office "not all of items 3-5 are spoiled" manifest import reprint/manifest-reprint.json
office batch activate "$handle"
sums_are "$handle" "3000 2490 0 110 400"
office batch list --reconcile
grep -qE "$handle +YB +A +partly_active +3000 +2490 +0 +110 +400 +2490" out ||
    complain "batch list --reconcile: $(cat out)"
not_office "are active" batch spoil "$handle" --range 7 --reason torn

# -- decoys --
office batch create --sku YB --count 100 --lot H --out honey-order.json
honey=$(cat out)
office batch honey "$honey" --count 5 --name press-copy.csv --out decoys.csv
[ "$(wc -l <decoys.csv)" = 6 ] || complain "decoys: $(cat decoys.csv)"
head -1 csv/labels-*.csv | cmp -s - <(head -1 decoys.csv) || complain "columns of the decoys"
not_office "exists already" batch honey "$honey" --count 5 --name other --out decoys.csv
office batch order "$honey" --out honey-now.json
print_ --order honey-now.json --keys data/keys --format csv --out honey
[ "$(cat honey/labels-*.csv | wc -l)" = 96 ] || complain "decoys were printed"
tail -n +2 decoys.csv | cut -d, -f1 | grep -qFf - honey/labels-*.csv && complain "a decoy was printed"
refused 1 "0-94" --order honey-now.json --keys data/keys --format csv --out never --range 0-95
print_ --order honey-order.json --keys data/keys --format csv --out early
not_office "decoys" manifest import early/manifest.json
office manifest import honey/manifest.json
sums_are "$honey" "95 95 0 0 0"
office batch activate "$honey"
office check

[ "$failures" = 0 ] && echo "jobs: all well"
[ "$failures" = 0 ]
