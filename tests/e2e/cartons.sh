#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Cartons over their whole way with the real programs: codes as printed, CSV files of line scans, with
# and without a verifier, hostile files refused whole, ship, void, unpack, labels, the page, rebuild.
# usage: cartons.sh PATH/TO/assay-batch PATH/TO/assay-codegen PATH/TO/assay-verifier
set -u
batch=$(realpath "$1")
codegen=$(realpath "$2")
verifier=$(realpath "$3")
work=$(mktemp -d /tmp/assay-cartons-XXXXXX)
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

# is NAME WANTED
is() {
    [ "$(field "$1")" = "$2" ] || complain "$1 is $(field "$1"), not $2"
}

sscc() { # BODY of 17 digits
    python3 -c 'import sys
body = sys.argv[1]
total = sum(int(d) * (3 if i % 2 == 0 else 1) for i, d in enumerate(reversed(body)))
print(body + str(-total % 10))' "$1"
}

"$batch" init data --brand Boxes --host https://v.boxes.cn >/dev/null || exit 1
office product add --sku P --gtin 6901234567892 --name "充电宝|Power bank"
office batch create --sku P --count 400 --lot L7 --out order.json
handle=$(head -1 out)
"$codegen" --order order.json --keys data/keys --out printed --format csv >/dev/null 2>err </dev/null ||
    complain "codegen: $(cat err)"
csv=$(ls printed/*.csv | head -1)
mapfile -t codes < <(tail -n +2 "$csv" | cut -d, -f1 | tr -d '\r')
[ "${#codes[@]}" = 400 ] || complain "${#codes[@]} codes, not 400"

# -- without a prefix, wrong prefixes --
refused "brand set --gs1-prefix" carton create
for bad in 123 1234567890123 0000000 69012a4; do
    refused gs1_prefix brand set --gs1-prefix "$bad"
done
office brand set --gs1-prefix 6901234 --json
is gs1_prefix 6901234

# -- made ahead, in a row, never twice --
office carton create --count 3 --json
is ssccs.0 "$(sscc 06901234000000000)"
is ssccs.2 "$(sscc 06901234000000002)"
office carton create --pallet --extension 3 --json
is ssccs.0 "$(sscc 36901234000000000)"
c0=$(sscc 06901234000000000)
c1=$(sscc 06901234000000001)
own=$(sscc 06901234000000005)
foreign=$(sscc 11234567000000042)
p0=$(sscc 36901234000000000)

# -- files that are refused, with their line, and nothing of them done --
try() { # WORDS TEXT
    printf "$2" >bad.csv
    refused "bad.csv: $1" carton import bad.csv
}
try "line 1: the header must be" "box,code\n$c0,${codes[0]}\n"
try "line 1: there is nothing to pack" "carton,code\n"
try "line 3: two fields are wanted, not 3" "carton,code\n$c0,${codes[0]}\n$c0,${codes[1]},x\n"
try "line 2: carton: an SSCC has 18 digits" "carton,code\n12,${codes[0]}\n"
try "line 2: carton: the SSCC's check digit must be" "carton,code\n069012340000000001,${codes[0]}\n"
try "line 2: carton: it is empty" "carton,code\n,${codes[0]}\n"
try "line 3: code: " "carton,code\n$c0,${codes[0]}\n$c0,ABC\n"
try "line 3: this item is in another unit already, by line 2" \
    "carton,code\n$c0,${codes[0]}\n$c1,${codes[0]}\n"
try "line 4: this item is in it already, by line 2" \
    "carton,code\n$c0,${codes[0]}\n$c0,${codes[1]}\n$c0,${codes[0]}\n"
try "line 2: a quote inside" "carton,code\n$c0,A\"B\n"
try "line 3: a quoted field is not closed" "carton,code\n$c0,${codes[0]}\n$c0,\"${codes[1]}\n"
try "line 2: a control character" "carton,code\n$c0,\001\n"
try "line 2: carton: this SSCC was made as a pallet" "carton,code\n$p0,${codes[0]}\n"
try "line 2: code: there is no carton with this SSCC" "parent,child\n$p0,$foreign\n"
try "line 3: a carton, but in line 2" "parent,child\n$own,${codes[0]}\n$own,$c0\n"
forged=${codes[0]:0:10}$(printf '%s' "${codes[0]:10}" | rev)
try "line 2: code: " "carton,code\n$c0,$forged\n"
head -c 5000 /dev/zero | tr '\0' A >long
try "line 2: more than" "carton,code\n$c0,$(cat long)\n"
office carton list --state packed --json
is cartons "[]"
office item show "${codes[0]}" --json
is carton None

# -- a file of every form: bare, grouped, URL, GS1 URL, quotes, CRLF, mark, SSCC with (00) --
grouped=$(echo "${codes[1]}" | sed 's/..../&-/g; s/-$//')
printf '\xEF\xBB\xBFparent,child\r\n' >good.csv
printf '%s,%s\r\n' "$c0" "${codes[0]}" "(00)$c0" "$grouped" >>good.csv
printf '%s,"%s"\r\n' "https://v.boxes.cn/00/$c0" "https://v.boxes.cn/${codes[2]}" >>good.csv
printf '%s,%s\r\n' "00$c0" "https://v.boxes.cn/01/06901234567892/10/L7/21/${codes[3]}?sig=x" >>good.csv
printf '\r\n%s,%s\r\n' "$own" "${codes[10]}" "$p0" "$c0" "$p0" "$own" >>good.csv
office carton import good.csv --json
is cartons 2
is pallets 1
is items 5
refused "this SSCC is packed; a filled one is never filled again" carton import good.csv
office carton show "$c0" --json
is state packed
is count 4
is pallet "$p0"
is content.0.lot L7
is holds.0.index 0
is url "https://v.boxes.cn/00/$c0"
office carton show "$p0" --json
is items 5
is holds.1.sscc "$own"
office item show "${codes[2]}" --json
is carton.sscc "$c0"
is carton.pallet "$p0"
refused "it is on pallet $p0" carton ship "$c0"

# -- closed on count: 4, 4 and the 2 that are left; serials that are used are passed over --
{ echo carton,code; for i in $(seq 20 29); do echo ",${codes[$i]}"; done; } >count.csv
refused per_carton carton import count.csv --per-carton 0
office carton import count.csv --per-carton 4 --json
is cartons 3
is units.0.sscc "$(sscc 06901234000000003)"
is units.1.sscc "$(sscc 06901234000000004)"
is units.2.sscc "$(sscc 06901234000000006)"
is units.2.count 2
third=$(sscc 06901234000000006)

# -- with a verifier: the same, through admin.sock --
: >log
"$verifier" --data data --listen 127.0.0.1:0 --ops-listen 127.0.0.1:0 >>log 2>&1 &
server=$!
for _ in $(seq 100); do
    grep -q event=serving log && break
    sleep 0.1
done
port=$(sed -n 's/.*event=serving.* port=\([0-9]*\) .*/\1/p' log | head -1)
[ -n "$port" ] || complain "the verifier did not start: $(cat log)"
{ echo carton,code; for i in $(seq 100 399); do echo ",${codes[$i]}"; done; } >more.csv
office carton import more.csv --per-carton 50 --extension 1 --json
is cartons 6
m0=$(sscc 16901234000000000)
refused "line 2: code: it is in $m0 already" carton import more.csv --per-carton 50
office carton ship "$p0" --to "Store 12, Shenzhen" --json
is state shipped
office item show "${codes[2]}" --json
is carton.state shipped
is carton.shipped_to "Store 12, Shenzhen"
refused "a pallet that is shipped cannot be shipped" carton ship "$p0"
refused "reason" carton void "$m0" --reason " "
office carton void "$m0" --reason "fell into water" --json
is state void
office batch show "$handle" --json
is voided 50
is cartons.packed 315
is cartons.shipped 5
office carton unpack "$third" --reason "wrong box" --json
is state unpacked
office item show "${codes[28]}" --json
is carton None
printf 'carton,code\n%s,%s\n' "$third" "${codes[28]}" >again.csv
refused "this SSCC is unpacked" carton import again.csv
printf 'carton,code\n%s,%s\n' "$foreign" "${codes[28]}" >again.csv
office carton import again.csv
printf 'carton,code\n%s,%s\n' "$c1" "${codes[100]}" >again.csv
refused "line 2: code: this item is void" carton import again.csv

# -- labels --
office carton labels --out labels.csv --kind carton --state shipped
python3 - "$c0" <<'PYTHON' || complain "labels.csv is not as it should be"
import csv, sys
rows = list(csv.DictReader(open("labels.csv", newline="", encoding="utf-8")))
assert [row["count"] for row in rows] == ["4", "1"], rows
assert rows[0]["sscc"] == sys.argv[1] and rows[0]["element"] == "(00)" + sys.argv[1], rows
assert rows[0]["content"] == "(02)06901234567892(37)4(10)L7", rows
assert rows[0]["url"] == "https://v.boxes.cn/00/" + sys.argv[1], rows
assert rows[0]["gtin"] == "06901234567892" and rows[0]["name_zh"] == "充电宝", rows
PYTHON
refused "exists already" carton labels --out labels.csv

# -- the page: what everybody may read, and what a token adds --
token=$("$batch" token create inspector --scope read --data data --json | python3 -c 'import json,sys
print(json.load(sys.stdin)["token"])')
curl -s --noproxy '*' "http://127.0.0.1:$port/00/$c0" >page
grep -q "Power bank" page || grep -q "充电宝" page || complain "the page names no product: $(cat page)"
grep -q "Store 12" page && complain "the page tells everybody where it went"
grep -q "L7" page && complain "the page tells everybody the lot"
curl -s --noproxy '*' -H "Authorization: Bearer $token" "http://127.0.0.1:$port/00/$c0?lang=en" >page
grep -q "Store 12, Shenzhen" page || complain "an inspector is not told where it went: $(cat page)"
grep -q "L7" page || complain "an inspector is not told the lot"
curl -s --noproxy '*' -H 'Accept: application/json' "http://127.0.0.1:$port/00/$c0" >out
is state shipped
is count 4
python3 -c 'import json
assert set(json.load(open("out"))) == {"sscc","kind","state","count","items","products"}' ||
    complain "the public answer holds more: $(cat out)"
status() { curl -s --noproxy '*' -o /dev/null -w '%{http_code}' "$@"; }
[ "$(status "http://127.0.0.1:$port/00/$(sscc 99999999999999999)")" = 404 ] || complain "unknown: not 404"
[ "$(status "http://127.0.0.1:$port/00/123")" = 400 ] || complain "malformed: not 400"
[ "$(status -H 'Authorization: Bearer wrong' "http://127.0.0.1:$port/00/$c0")" = 401 ] ||
    complain "a wrong token: not 401"

# -- the same in a browser: a token becomes a cookie, until logout or until the token is revoked --
own=(-H 'Origin: https://v.boxes.cn' -H 'Accept: text/html' --noproxy '*' -s)
login="http://127.0.0.1:$port/audit/login"
curl "${own[@]}" -c jar -o /dev/null -w '%{http_code} %{redirect_url}\n' --data-urlencode "token=$token" \
    --data-urlencode "next=/00/$c0" "$login" >out
[ "$(cat out)" = "303 http://127.0.0.1:$port/00/$c0" ] || complain "login: $(cat out)"
curl "${own[@]}" -b jar "http://127.0.0.1:$port/00/$c0?lang=en" >page
grep -q "Store 12, Shenzhen" page || complain "a session does not show where it went: $(cat page)"
grep -q 'action="/audit/logout' page || complain "a session's page has no way out"
curl "${own[@]}" "http://127.0.0.1:$port/00/$c0?lang=en" >page
grep -q "Store 12" page && complain "no cookie, and yet the page tells where it went"
grep -q 'type="password"' page || complain "the page offers no login"
[ "$(status "${own[@]}" -d token=wrong "$login")" = 401 ] || complain "login, wrong token: not 401"
[ "$(status -H 'Origin: https://evil.example' -d "token=$token" "$login")" = 403 ] ||
    complain "login from another site: not 403"
[ "$(status -b jar -X POST "http://127.0.0.1:$port/v1/office/batch/list")" = 401 ] ||
    complain "a session opens the office"
curl "${own[@]}" -b jar -d "next=/00/$c0" -o /dev/null "http://127.0.0.1:$port/audit/logout"
curl "${own[@]}" -b jar "http://127.0.0.1:$port/00/$c0?lang=en" >page
grep -q "Store 12" page && complain "after logout the page still tells where it went"
# Behind a proxy that serves the brand's https host, the cookie is Secure and for that host alone.
curl "${own[@]}" -H 'Host: v.boxes.cn' -D head -o /dev/null -d "token=$token" "$login"
grep -qi '^set-cookie: __Host-assay_session=[A-Za-z0-9_-]*; Path=/; .*HttpOnly; SameSite=Strict; Secure' \
    head || complain "the cookie is not Secure: $(cat head)"
curl "${own[@]}" -c jar -o /dev/null -d "token=$token" "$login"
office token revoke inspector
curl "${own[@]}" -b jar "http://127.0.0.1:$port/00/$c0?lang=en" >page
grep -q "Store 12" page && complain "its token is revoked, and the session still shows more"
[ "$(status "${own[@]}" -d "token=$token" "$login")" = 401 ] || complain "a revoked token: not 401"

# -- kill -9, start again, check, rebuild: the same answers --
"$batch" carton list --data data --json >before
kill -9 "$server"
wait "$server" 2>/dev/null
server=
office check
"$batch" carton list --data data --json >after
cmp -s before after || complain "the list differs after kill -9"
office rebuild
office check
"$batch" carton list --data data --json >after
cmp -s before after || complain "the list differs after rebuild"
office export --format jsonl -o ledger.jsonl
grep -c '"type":"pack"' ledger.jsonl >/dev/null || complain "the export has no packs"
office audit

[ "$failures" = 0 ] || exit 1
echo "cartons: all as it should be"
