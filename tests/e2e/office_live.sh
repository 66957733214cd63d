#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The office's program beside a running verifier: writes go through admin.sock, readers read along.
# usage: office_live.sh PATH/TO/assay-batch PATH/TO/assay-verifier
set -eu
batch=$(realpath "$1")
verifier=$(realpath "$2")
work=$(mktemp -d /tmp/assay-live-XXXXXX)
server=
finish() {
    [ -z "$server" ] || kill -9 "$server" 2>/dev/null || true
    rm -rf "$work"
}
trap finish EXIT
cd "$work"
export ASSAY_PASSPHRASE=correct-horse
# a path that is longer than sun_path's 108 bytes
data=$work/$(printf 'long-%.0s' $(seq 30))/data
mkdir -p "$(dirname "$data")"

fail() {
    echo "FAILED: $*" >&2
    cat log >&2
    exit 1
}

start() {
    : >log
    "$verifier" --data "$data" --listen 127.0.0.1:0 --ops-listen 127.0.0.1:0 >>log 2>&1 &
    server=$!
    for _ in $(seq 100); do
        if grep -q event=serving log; then
            port=$(sed -n 's/.* port=\([0-9]*\) .*/\1/p' log)
            return
        fi
        kill -0 "$server" 2>/dev/null || break
        sleep 0.1
    done
    fail "the verifier did not start"
}

# A code that nobody issued, with a right check character: one of 32 is.
forge() {
    python3 - "$1" <<'PYTHON'
import json, sys, urllib.request
verdicts = []
for last in "0123456789ABCDEFGHJKMNPQRSTVWXYZ":
    url = "http://127.0.0.1:%s/v1/codes/1ABCDEF000000000000%s/scans" % (sys.argv[1], last)
    with urllib.request.urlopen(urllib.request.Request(url, data=b"")) as answer:
        verdicts.append(json.load(answer)["verdict"])
assert sorted(verdicts) == ["malformed"] * 31 + ["not_issued"], verdicts
PYTHON
}

token=$("$batch" init "$data" --brand Live | tail -1)
start
"$batch" product add --data "$data" --sku S --name "电|Power" >/dev/null
handle=$("$batch" batch create --data "$data" --sku S --lot L --count 50 --out order.json)
"$batch" batch activate "$handle" --data "$data" --without-manifest >/dev/null
"$batch" batch show "$handle" --data "$data" --json >shown
grep -q '"active": 50' shown || fail "the batch is not active: $(cat shown)"

# what is refused through the socket says the same in one line
if "$batch" product add --data "$data" --sku S --name "a|b" >/dev/null 2>err; then
    fail "a product was added twice"
fi
[ "$(wc -l <err)" = 1 ] || fail "more than a line: $(cat err)"
grep -q "exists already" err || fail "the reason is lost: $(cat err)"

# the same calls over HTTP, with the first token and without
python3 - "$port" "$token" <<'PYTHON'
import json, sys, urllib.error, urllib.request
def call(path, body, token):
    headers = {"Content-Type": "application/json"}
    if token:
        headers["Authorization"] = "Bearer " + token
    url = "http://127.0.0.1:%s/v1/office/%s" % (sys.argv[1], path)
    try:
        with urllib.request.urlopen(urllib.request.Request(url, json.dumps(body).encode(), headers)) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)
assert call("product/list", {}, sys.argv[2])[0] == 200
assert call("product/list", {}, None)[0] == 401
assert call("product/list", {}, "assay_wrong")[0] == 401
status, problem = call("batch/show", {"handle": "ABCDEF"}, sys.argv[2])
assert status == 404 and "handle" in problem["detail"], problem
status, problem = call("batch/create", {"sku": "S", "lot": "L", "count": 0}, sys.argv[2])
assert status == 400 and "count" in problem["detail"], problem
PYTHON

# readers beside it, after a forged code has been counted
forge "$port"
sleep 2.5
"$batch" audit --data "$data" --format csv >audit.csv 2>source
python3 - <<'PYTHON' || fail "the forged code is not counted: $(cat audit.csv)"
import csv
rows = list(csv.DictReader(open("audit.csv", encoding="utf-8", newline="")))
assert len(rows) == 1 and rows[0]["not_issued"] == "1" and rows[0]["scans"] == "1", rows
PYTHON
"$batch" check --data "$data" >/dev/null
"$batch" export --data "$data" --format jsonl -o ledger.jsonl
grep -q '"actor":"uid ' ledger.jsonl || fail "who did it is not in the ledger"
"$batch" backup --data "$data" --out "$work/backup" >/dev/null
"$batch" restore --from "$work/backup" --data "$work/restored" >/dev/null
"$batch" check --data "$work/restored" >/dev/null

# a second verifier is told who holds it; so is a rebuild
if "$verifier" --data "$data" --listen 127.0.0.1:0 --ops-listen 127.0.0.1:0 >second 2>&1; then
    fail "a second verifier started"
fi
grep -q "process $server" second || fail "the holder is not named: $(cat second)"
if "$batch" rebuild --data "$data" 2>err >/dev/null; then
    fail "a rebuild beside a verifier"
fi
grep -q "process $server" err || fail "the holder is not named: $(cat err)"

# killed: its socket is stale, and the directory is opened directly
kill -9 "$server"
wait "$server" 2>/dev/null || true
server=
"$batch" batch ship "$handle" --data "$data" --range 0-9 >/dev/null
"$batch" check --data "$data" >/dev/null
start
"$batch" batch show "$handle" --data "$data" --json >shown
grep -q '"shipped": 10' shown || fail "the act between is lost: $(cat shown)"
kill "$server"
wait "$server" || fail "the verifier did not end well"
server=
"$batch" rebuild --data "$data" >/dev/null
"$batch" check --data "$data" >/dev/null
echo "all passed"
