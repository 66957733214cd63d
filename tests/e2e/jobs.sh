#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Print jobs over their whole way: kill -9 anywhere and --resume, byte for byte as a clean run;
# spoiled labels and their reprint; a batch's keys alone at a print site; packages for a print house;
# decoys and alerts; what is refused, with nothing left under a final name.
# usage: jobs.sh PATH/TO/assay-batch PATH/TO/assay-codegen
. "$(dirname "$0")/labels_common.sh"
RANDOM=${ASSAY_SEED:-$$}
echo "ASSAY_SEED=${ASSAY_SEED:-$$}"

# not_office WORDS COMMAND...: must be refused with these words
not_office() {
    local words=$1
    shift
    "$batch" "$@" --data data >out 2>err </dev/null && complain "$* was not refused"
    grep -qF -- "$words" err || complain "$* did not say \"$words\": $(cat err)"
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
makes $keys --format svg --printer "HP 2" --out clean
began=$(date +%s%N)
makes $keys --format svg --printer "HP 2" --out again
took_ms=$((($(date +%s%N) - began) / 1000000))
for round in $(seq ${ROUNDS:-20}); do
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
        makes $keys --format svg --printer "HP 2" --out killed --resume
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
makes $keys --format svg --printer "HP 2" --out stopped --resume
diff -r clean stopped >out || complain "a damaged file was not made again: $(head -3 out)"

# -- reconciliation, spoiled labels, a reprint of their own --
not_office "--without-manifest" batch activate "$handle"
makes $keys --format pdf --range 0-2499 --printer "HP 2" --out pdf
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
makes $keys --format csv --out reprint --reprint 3-5,900 --reason "smeared, torn"
makes $keys --format csv --out csv
[ "$(grep -cE ',(3|4|5|900)'$'\r' csv/labels-*.csv)" = 4 ] || complain "the CSV lacks items"
grep -E ',(3|4|5|900)'$'\r' csv/labels-*.csv >some
tail -n +2 reprint/reprint-00000003-00000900.csv | cmp -s - some ||
    complain "the reprint is not of the four items"
makes $keys --format pdf --out pdf --reprint 3-5,900 --reason "smeared, torn"
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
makes --order honey-now.json --keys data/keys --format csv --out honey
[ "$(cat honey/labels-*.csv | wc -l)" = 96 ] || complain "decoys were printed"
tail -n +2 decoys.csv | cut -d, -f1 | grep -qFf - honey/labels-*.csv && complain "a decoy was printed"
refused 1 "0-94" --order honey-now.json --keys data/keys --format csv --out never --range 0-95
makes --order honey-order.json --keys data/keys --format csv --out early
not_office "decoys" manifest import early/manifest.json
office manifest import honey/manifest.json
sums_are "$honey" "95 95 0 0 0"
office batch activate "$honey"
office check

# -- a print site with one batch's keys alone --
echo site-words >site-passphrase
echo press-words >press-passphrase
certificate() { # NAME DAYS OPTIONS...
    local name=$1 days=$2
    shift 2
    openssl req -x509 -newkey rsa:2048 -nodes -keyout "$name.key" -out "$name.crt" -days "$days" \
        -subj "/CN=$name" "$@" 2>err || complain "certificate $name: $(cat err)"
}
certificate press 9 -addext keyUsage=keyEncipherment -addext basicConstraints=critical,CA:FALSE
certificate signer 9 -addext keyUsage=digitalSignature -addext basicConstraints=critical,CA:FALSE
certificate web 9 -addext extendedKeyUsage=serverAuth -addext basicConstraints=critical,CA:FALSE
certificate other 9 -addext basicConstraints=critical,CA:FALSE
openssl ecparam -name prime256v1 -genkey -noout -out curve.key
openssl req -x509 -new -key curve.key -out curve.crt -days 9 -subj /CN=curve \
    -addext keyUsage=keyAgreement -addext basicConstraints=critical,CA:FALSE 2>err ||
    complain "certificate curve: $(cat err)"
openssl req -new -key press.key -subj /CN=old -out old.csr 2>err
openssl x509 -req -in old.csr -signkey press.key -days 0 -out old.crt 2>err
sleep 1.1
"$codegen" init-site site --office data/keys --passphrase-file site-passphrase >out 2>err ||
    complain "init-site: $(cat err)"
"$codegen" init-site site --office data/keys --passphrase-file site-passphrase >out 2>err &&
    complain "init-site wrote over a site's keys"
[ "$(ls site)" = "office.pub
site.key
site.pub" ] || complain "a site holds $(ls site)"
not_office "one of them" batch create --sku YB --count 60 --lot S --pin --out s.json --keys-out s.keys
not_office "with --pin" batch create --sku YB --count 60 --lot S --out s.json --pin-keys-out s.pin \
    --to press.crt
not_office "has expired" batch create --sku YB --count 60 --lot S --pin --out s.json --keys-out s.keys \
    --to old.crt
not_office "keyEncipherment" batch create --sku YB --count 60 --lot S --out s.json --keys-out s.keys \
    --to signer.crt
[ ! -e s.json ] && [ ! -e s.keys ] || complain "a refused batch left files"
office batch create --sku YB --count 60 --lot S --pin --out s.json --keys-out s.keys \
    --pin-keys-out s.pin --site-passphrase-file press-passphrase
sitebatch=$(cat out)
office batch keys "$sitebatch" --out to.keys --pin-out to.pin --to press.crt
office batch keys "$sitebatch" --out curve.keys --pin-out curve.pin --to curve.crt
not_office "exists already" batch keys "$sitebatch" --out to.keys --to press.crt
not_office "no PINs" batch keys "$honey" --pin-out no.pin --to press.crt
not_office "wanted" batch keys "$honey" --to press.crt
[ "$(stat -c %a s.keys)" = 600 ] || complain "s.keys is not 0600"
makes --order s.json --keys data/keys --format csv --out s-office
words="--site site --passphrase-file site-passphrase --keys-passphrase-file press-passphrase"
makes --order s.json --keys s.keys --pin-keys s.pin $words --format csv --out s-site
certified="--site site --passphrase-file site-passphrase --cert-key"
makes --order s.json --keys to.keys --pin-keys to.pin $certified press.key --format csv --out s-cert
makes --order s.json --keys curve.keys --pin-keys curve.pin $certified curve.key --format csv \
    --out s-curve
for folder in s-site s-cert s-curve; do
    cmp -s s-office/labels-*.csv $folder/labels-*.csv || complain "$folder has other labels"
done
refused 1 "keys of batch $sitebatch" --order order.json --keys s.keys --pin-keys s.pin $words \
    --format csv --out never
refused 2 "--pin-keys" --order s.json --keys s.keys $words --format csv --out never
refused 2 "--site DIR" --order s.json --keys s.keys --format csv --out never
refused 1 "s.pin" --order s.json --keys s.pin --pin-keys s.pin $words --format csv --out never
refused 1 "passphrase" --order s.json --keys s.keys --pin-keys s.pin --site site \
    --passphrase-file site-passphrase --format csv --out never
refused 1 "to.keys" --order s.json --keys to.keys --pin-keys to.pin $certified other.key --format csv \
    --out never
refused 1 "--cert-key" --order s.json --keys to.keys --pin-keys to.pin --site site \
    --passphrase-file site-passphrase --format csv --out never
mkdir roots && cp data/keys/label.key data/keys/pin.key data/keys/office.pub data/keys/site.* roots
refused 1 "this is not the office" --order s.json --keys roots --format csv --out never
[ ! -e never ] || complain "a refused job left $(ls -A never)"
not_office "no registered site" manifest import s-site/manifest.json
office site add plant --keys site
office manifest import s-site/manifest.json
sums_are "$sitebatch" "60 60 0 0 0"

# -- a package for a print house --
refused 2 "go together" $keys --format pdf --out p --package p.p7m
for bad in "old has expired" "signer keyEncipherment" "web another use" "nowhere nowhere.crt"; do
    refused 1 "${bad#* }" $keys --format pdf --out p --package p.p7m --to "${bad%% *}.crt"
done
[ ! -e p ] && [ ! -e p.p7m ] || complain "a refused certificate left files"
makes $keys --format pdf --out p --package p.p7m --to press.crt
refused 1 "exists already" $keys --format pdf --out p2 --package p.p7m --to press.crt
grep -aq '%PDF' p.p7m && complain "the package is not encrypted"
"$codegen" unpack p.p7m --cert-key press.key --out got --site data/keys >out 2>err ||
    complain "unpack: $(cat err)"
diff -r p got >out || complain "the package holds other files: $(cat out)"
mkdir by-hand
openssl cms -decrypt -binary -inform DER -in p.p7m -inkey press.key | tar -x -C by-hand
diff -r p by-hand >out || complain "openssl and tar see other files: $(cat out)"
refused 1 "exists already" unpack p.p7m --cert-key press.key --out got
refused 1 "another certificate" unpack p.p7m --cert-key other.key --out bad
refused 1 "signature" unpack p.p7m --cert-key press.key --out bad --site site
refused 1 "is no package" unpack order.json --cert-key press.key --out bad
refused 2 "--cert-key" unpack p.p7m --out bad
python3 - <<'PYTHON'
data = bytearray(open("p.p7m", "rb").read())
data[len(data) // 2] ^= 1
open("flipped.p7m", "wb").write(data)
open("cut.p7m", "wb").write(data[:-40])
PYTHON
refused 1 "was changed" unpack flipped.p7m --cert-key press.key --out bad
refused 1 "is no package" unpack cut.p7m --cert-key press.key --out bad
[ -z "$(ls -d bad* 2>/dev/null)" ] || complain "a refused package left $(ls -d bad*)"

# -- a finished job is packed again; PINs apart go to a second printer, so that no package has both --
refused 2 "are wanted" pack p --site data/keys
refused 2 "are wanted" pack p --package q.p7m --to press.crt
refused 2 "without '/'" pack p --site data/keys --package q.p7m --to press.crt --manifest ../x
refused 1 "no such folder" pack nowhere --site data/keys --package q.p7m --to press.crt
refused 1 "No such file" pack p --site data/keys --package q.p7m --to press.crt --manifest other.json
refused 1 "signature" pack p --site site --package q.p7m --to press.crt
refused 1 "has expired" pack p --site data/keys --package q.p7m --to old.crt
refused 1 "has no PINs apart" pack p --site data/keys --pins-package q.p7m --pins-to press.crt
cp -r p changed && printf x | dd of="$(ls changed/*.pdf | head -1)" bs=1 seek=99 conv=notrunc 2>/dev/null
refused 1 "no longer what the manifest says" pack changed --site data/keys --package q.p7m --to press.crt
[ -z "$(ls -d nowhere q.p7m* 2>/dev/null)" ] || complain "a refused pack left files"
makes pack p --site data/keys --package again.p7m --to curve.crt
refused 1 "exists already" pack p --site data/keys --package again.p7m --to curve.crt
"$codegen" unpack again.p7m --cert-key curve.key --out got-again --site data/keys >out 2>err ||
    complain "unpack again: $(cat err)"
diff -r p got-again >out || complain "packed again, it holds other files: $(cat out)"
office batch create --sku YB --count 90 --lot PIN --pin --out secret.json
apart="--order secret.json --keys data/keys --format csv --pin separate"
refused 2 "go together" $apart --out s --pins-package pins.p7m
refused 2 "--pin separate" --order secret.json --keys data/keys --format csv --out s \
    --pins-package pins.p7m --pins-to press.crt
refused 1 "one key" $apart --out s --package labels.p7m --to press.crt --pins-package pins.p7m \
    --pins-to press.crt
[ ! -e s ] || complain "a refused job left a folder"
makes $apart --out s --package labels.p7m --to press.crt --pins-package pins.p7m --pins-to curve.crt
"$codegen" unpack labels.p7m --cert-key press.key --out got-labels --site data/keys >out 2>err ||
    complain "unpack labels: $(cat err)"
"$codegen" unpack pins.p7m --cert-key curve.key --out got-pins --site data/keys >out 2>err ||
    complain "unpack pins: $(cat err)"
refused 1 "another certificate" unpack pins.p7m --cert-key press.key --out bad
refused 1 "another certificate" unpack labels.p7m --cert-key curve.key --out bad
for name in s/labels-*.csv; do cmp -s "$name" "got-labels/${name#s/}" || complain "labels: $name"; done
for name in s/pins-*.csv; do cmp -s "$name" "got-pins/${name#s/}" || complain "pins: $name"; done
[ "$(ls got-labels | grep -c pins-)" = 0 ] || complain "the labels' package has PINs: $(ls got-labels)"
[ "$(ls got-pins | grep -c labels-)" = 0 ] || complain "the PINs' package has labels: $(ls got-pins)"
tail -n +2 s/labels-*.csv | cut -d, -f1 >secret-codes
tail -n +2 s/pins-*.csv | tr -d '\r' | cut -d, -f2 >secret-pins
[ "$(wc -l <secret-codes) $(wc -l <secret-pins)" = "90 90" ] || complain "the files' rows"
cat got-pins/* | grep -qFf secret-codes && complain "the PINs' package has a code"
cat got-labels/* | grep -qFf secret-pins && complain "the labels' package has a PIN"
(failures=0 && ulimit -f 8 && refused 1 "write" pack p --site data/keys --package two.p7m --to press.crt
    exit $failures) || complain "a full disk for pack"
refused 1 "where.p7m" pack s --site data/keys --package two.p7m --to press.crt \
    --pins-package no/where.p7m --pins-to curve.crt
[ -z "$(ls two.p7m* 2>/dev/null)" ] || complain "one of two packages was left"

# -- a full disk: neither labels nor package under a final name --
(failures=0 && ulimit -f 40 && refused 1 "write" $keys --format csv --range 0-399 --out small \
    --package small.p7m --to press.crt
    exit $failures) || complain "a full disk for a package"
[ ! -e small.p7m ] && [ ! -e small.p7m.part ] || complain "a full disk left a package"
(failures=0 && ulimit -f 60 && refused 1 "write" unpack p.p7m --cert-key press.key --out bad
    exit $failures) || complain "a full disk for unpack"
[ -z "$(ls -d bad* 2>/dev/null)" ] || complain "a full disk left $(ls -d bad*)"
mkdir -m 500 locked
if [ "$(id -u)" != 0 ]; then
    refused 1 "locked" $keys --format csv --out u --package locked/u.p7m --to press.crt
fi

[ "$failures" = 0 ] && echo "jobs: all well"
[ "$failures" = 0 ]
