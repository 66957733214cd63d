#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Offline labels over their whole way: order, labels in both forms of URL, the published list of keys,
# and verify-offline with nothing but that list; read back from a PDF; what is refused; every form of
# URL as GS1's own rules have it (bwip-js).
# And online: the running verifier publishes the list and judges signatures.
# usage: offline.sh PATH/TO/assay-batch PATH/TO/assay-codegen PATH/TO/assay-verifier
verifier=$(realpath "$3")
. "$(dirname "$0")/labels_common.sh"
server=
trap 'if [ -n "$server" ]; then kill "$server"; wait "$server"; fi; rm -rf "$work"' EXIT

# says STATUS WORDS LABEL...: what verify-offline must exit with and print
says() {
    local wanted=$1 words=$2
    shift 2
    "$codegen" verify-offline --keys keys.json "$@" >out 2>err </dev/null
    local status=$?
    [ "$status" = "$wanted" ] || complain "verify-offline $* exited $status, not $wanted: $(cat err)"
    grep -qF -- "$words" out || complain "verify-offline $* did not say \"$words\": $(cat out)"
    [ ! -s err ] || complain "verify-offline $* wrote to stderr: $(cat err)"
    ! grep -qiE 'not copied|genuine|authentic' out || complain "verify-offline promises: $(cat out)"
}

# column NUMBER CSV
column() {
    tr -d '\r' <"$2" | awk -F, -v n="$1" 'NR > 1 { print $n }'
}

# other URL POSITION_FROM_END: the same with one character of the signature changed
other() {
    local at=$((${#1} - $2))
    local new=A
    [ "${1:$at:1}" != A ] || new=B
    echo "${1:0:$at}$new${1:$((at + 1))}"
}

"$batch" init data --brand Brand --host https://v.brand.cn >out 2>err || complain "init: $(cat err)"
office product add --sku S1 --gtin 09506000134352 --name "甲|Thing"
office product add --sku S2 --name "乙|Thing without GTIN"
office batch create --sku S1 --count 100 --lot 'L/1' --offline --out offline.json
offline=$(cat out)
office batch create --sku S1 --count 100 --lot 'L/1' --out plain.json
office batch create --sku S2 --count 10 --lot L2 --offline --expires 2020-01-31 --out no-gtin.json

# -- forms that do not suit the order --
all="--keys data/keys --format csv --out never"
refused 1 "o1 or o1-gs1" --order offline.json $all --url short
refused 1 "o1 or o1-gs1" --order offline.json $all --url gs1
refused 1 "does not ask for them" --order plain.json $all --url o1
refused 1 "needs a GTIN" --order no-gtin.json $all --url o1-gs1
refused 2 "o1-gs1, not 'o2'" --order offline.json $all --url o2
[ ! -e never ] || complain "a refused job made a folder"

# -- labels --
order=offline.json print_ o1 --format csv
order=offline.json print_ o1gs1 --format csv --form o1-gs1
order=plain.json print_ short --format csv
order=plain.json print_ gs1 --format csv --url gs1
order=plain.json print_ lot --format csv --url gs1-lot
order=no-gtin.json print_ expired --format csv
# Decoys look like all others: with the signature of their batch.
office batch create --sku S1 --count 50 --lot DECOYS --offline --out decoys.json
office batch honey "$(head -1 out)" --count 5 --name copy-of-press --out decoys.csv
column 3 decoys.csv >decoys.urls
office keys publish --out keys.json
[ "$(cat out)" = 3 ] || complain "keys publish counted $(cat out)"
office keys publish --out keys.json
[ "$(stat -c %a keys.json)" = 644 ] || complain "the list has mode $(stat -c %a keys.json)"
! grep -q "$(python3 -c "import json; print(json.load(open('plain.json'))['handle'])")" keys.json ||
    complain "a batch that is not offline is in the list"

column 3 o1/*.csv >o1.urls
column 3 o1gs1/*.csv >o1gs1.urls
column 3 expired/*.csv >expired.urls
[ "$(wc -l <o1.urls)" = 100 ] || complain "$(wc -l <o1.urls) URLs"
grep -qE '^https://v\.brand\.cn/2[0-9A-Z]{19}/[0-9A-Z]{106}$' o1.urls || complain "$(head -1 o1.urls)"
grep -qE '^https://v\.brand\.cn/01/09506000134352/21/2[0-9A-Z]{19}\?sig=[0-9A-Z]{106}$' o1gs1.urls ||
    complain "$(head -1 o1gs1.urls)"

# -- all of both forms, with nothing but the list --
mkdir alone && cp keys.json alone && cd alone || exit 1
mapfile -t o1 <../o1.urls
mapfile -t gs1 <../o1gs1.urls
mapfile -t expired <../expired.urls
says 0 "(Brand, S1, batch $offline" "${o1[@]}" "${gs1[@]}"
[ "$(grep -c ': issued (' out)" = 200 ] || complain "$(grep -c ': issued (' out) of 200 issued"
grep -qF 'says nothing about copies' out || complain "it does not say what it does not know"
says 0 ": issued (" "${o1[0]#https://v.brand.cn/}"
says 0 ": issued (" "$(echo "${o1[0]#https://v.brand.cn/}" | tr A-Z0 a-zo)"
says 0 "is not the brand's https://v.brand.cn" "${o1[0]/v.brand.cn/v.brand.cm}"
says 0 '"result": "issued"' --json "${gs1[0]}"
mapfile -t decoys <../decoys.urls
says 0 ": issued (" "${decoys[@]}"
[ "$(grep -c ': issued (' out)" = 5 ] || complain "decoys: $(grep -c ': issued (' out) of 5 issued"
says 1 "its last day is over" "${expired[0]}"
office_key=$(python3 -c "import json; print(json.load(open('keys.json'))['office_key'])")
says 0 ": issued (" --office-key "$office_key" "${o1[1]}"

# -- what was not issued --
for position in 1 2 50 100 104 106; do
    says 1 "not issued by this brand" "$(other "${o1[0]}" $position)"
done
says 1 "not issued by this brand" "${o1[0]%/*}/${o1[1]##*/}"
says 1 "not issued by this brand" "${o1[0]}" "${o1[0]%/*}/${o1[1]##*/}"
says 1 "signature: has 105 characters" "${o1[0]%?}"
says 1 "signature: has 0 characters" "${gs1[0]%%\?*}"
says 1 "check character" "https://v.brand.cn/2000000000000000000A/${o1[0]##*/}"
says 1 "the numeric check digit is incorrect" "${gs1[0]/09506000134352/09506000134353}"
says 1 "there is no signature" "2000-0000-0000-0000-0000"
says 1 "not issued by this brand" "$(column 1 ../short/*.csv | head -1)/${o1[0]##*/}"

# -- lists that are none --
label=${o1[0]}
sed 's/"count": 100/"count": 101/' keys.json >changed.json
refused 1 "does not match" verify-offline --keys changed.json "$label"
refused 1 "another office" verify-offline --keys keys.json \
    --office-key AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA "$label"
refused 2 "--office-key" verify-offline --keys keys.json --office-key abc "$label"
refused 1 "none.json" verify-offline --keys none.json "$label"
refused 1 "JSON" verify-offline --keys ../o1.urls "$label"
refused 1 "assay-keys" verify-offline --keys ../offline.json "$label"
refused 2 "--keys FILE is missing" verify-offline "$label"
refused 2 "is missing" verify-offline --keys keys.json
cd ..

# -- online --
office batch activate "$offline" --without-manifest
"$verifier" --data data --listen 127.0.0.1:0 --ops-listen 127.0.0.1:0 >log 2>&1 &
server=$!
for _ in $(seq 100); do
    grep -q event=serving log && break
    sleep 0.1
done
port=$(sed -n 's/.* port=\([0-9]*\) .*/\1/p' log)
# scan URL: the verdict of its code with its signature
scan() {
    local sig=${1##*/} code
    code=$(basename "$(dirname "$1")")
    curl -s -H 'Content-Type: application/json' -d "{\"sig\":\"$sig\"}" \
        "http://127.0.0.1:$port/v1/codes/$code/scans" |
        python3 -c 'import json, sys; print(json.load(sys.stdin)["verdict"])'
}
[ "$(scan "${o1[7]}")" = genuine ] || complain "online: $(scan "${o1[7]}")"
[ "$(scan "$(other "${o1[8]}" 50)")" = not_issued ] || complain "a wrong signature is accepted online"
[ "$(scan "${o1[8]}")" = genuine ] || complain "a wrong signature was counted as a scan"
curl -s "http://127.0.0.1:$port/.well-known/assay-keys.json" >keys.json
says 0 ": issued (" "${o1[8]}"
office keys publish --out live.json
[ "$(cat out)" = 3 ] || complain "keys publish beside a verifier counted $(cat out)"
kill "$server"
wait "$server" || complain "the verifier ended badly"
server=

# -- revocation --
office batch recall "$offline" --range 0-49 --reason leak
office keys publish --out keys.json --sku S1
[ "$(cat out)" = 2 ] || complain "keys publish --sku counted $(cat out)"
says 0 "a part of its batch was revoked" "${o1[99]}"
office batch void "$offline" --range 50-99 --reason leak
office keys publish --out keys.json
says 1 "its batch was revoked" "${o1[99]}"

# -- printed and read again --
order=offline.json print_ pdf --format pdf --range 0-41
pdftoppm -r 300 -gray pdf/*.pdf page
zbarimg -q --raw -Sdisable -Sqrcode.enable page-*.pgm 2>/dev/null | sort >read
head -42 o1.urls | sort >expected
cmp -s read expected || complain "zbarimg read $(wc -l <read) of 42 labels, or others"

# -- GS1's rules, by a reader of them that is not ours --
{
    head -3 o1gs1.urls
    column 3 gs1/*.csv | head -3
    column 3 lot/*.csv | head -3
} >links
node "$here/offline.mjs" links || complain "bwip-js refuses a URL of ours"

[ $failures = 0 ] || exit 1
echo "offline labels: all as wanted"
