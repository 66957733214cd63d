#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# usage: bench/replay.sh BUILD [ITEMS]
#
# Scans a second of one core that assay-batch replay takes in, by processor time (user and system, of the
# whole process: CSV read twice, deciding, ledger, the last checkpoint, alerts), and by the clock, disk
# included, over a simulated market of ITEMS genuine items (250,000: some 630,000 scans): plain, with both
# outputs, and the same file again. Rows name items as HANDLE:INDEX, and as codes (label keys, two CMACs
# each). From the environment: ROUNDS (3).
set -eu
build=$(cd "${1:?usage: replay.sh BUILD [ITEMS]}" && pwd)
items=${2:-250000}
dir=$build/bench-replay
rm -rf "$dir"
mkdir -p "$dir"
trap 'rm -rf "$dir"' EXIT
export ASSAY_PASSPHRASE=bench
batch=$build/batch-tools/assay-batch
market=$build/bench/market/assay-market
cd "$dir"

"$batch" init data --brand Bench >/dev/null
"$batch" product add --data data --sku TEA --name "茶|Tea" >/dev/null
batches=()
for lot in $(seq 24); do
    "$batch" batch create --data data --sku TEA --count $((items / 5)) --lot "L$lot" --market CN --pin \
        --out "order-$lot.json" --json >out
    handle=$(python3 -c 'import json; print(json.load(open("out"))["batch"]["handle"])')
    "$batch" batch activate "$handle" --data data --without-manifest --at 2026-01-01T00:00:00Z >/dev/null
    batches+=(--batch "TEA:$handle:$((items / 5)):CN")
    "$build/codegen/assay-codegen" --order "order-$lot.json" --keys data/keys --format csv \
        --out "labels-$lot" >/dev/null 2>&1
done
"$market" --seed 7 --kind mixed --items "$items" "${batches[@]}" --out world >/dev/null
python3 - <<'END'
import csv, glob
codes = {}
for path in glob.glob("labels-*/*.csv"):
    for row in csv.DictReader(open(path)):
        codes.setdefault(row["code"][1:7], {})[row["position"]] = row["code"]
with open("world/scans.csv") as scans, open("codes.csv", "w") as out:
    out.write(scans.readline())
    for line in scans:
        at, code, rest = line.split(",", 2)
        handle, index = code.split(":")
        out.write(",".join((at, codes.get(handle, {}).get(index, code), rest)))
END
python3 - "$batch" "${ROUNDS:-3}" <<'END'
import os, platform, resource, shutil, statistics, subprocess, sys, time
batch, rounds = sys.argv[1], int(sys.argv[2])
rows = sum(1 for _ in open("world/scans.csv")) - 1
model = next((l.split(":")[1].strip() for l in open("/proc/cpuinfo") if "model name" in l), "?")
print(f"{os.cpu_count()} x {model}, {rows} rows, {rounds} rounds")

def spent(*arguments):
    os.sync()  # what was copied is not this run's to write
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.monotonic()
    subprocess.run([batch, "replay", *arguments, "--data", "run"], check=True,
                   stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
    wall = time.monotonic() - began
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, wall

outputs = ["--scan-out", "scans.out", "--item-out", "items.out"]
runs = {"HANDLE:INDEX": [], "with outputs": [], "again, with outputs": [], "codes": []}
for _ in range(rounds):
    for name, arguments in (("HANDLE:INDEX", ["world/scans.csv"]),
                            ("with outputs", ["world/scans.csv", *outputs]),
                            ("codes", ["codes.csv"])):
        shutil.rmtree("run", ignore_errors=True)
        shutil.copytree("data", "run")
        runs[name].append(spent(*arguments))
        if name == "with outputs":
            runs["again, with outputs"].append(spent(*arguments))
print(f"load {os.getloadavg()[0]:.0f}")
print(f"{'':22}{'median us/scan':>16}{'scans/s of a core':>20}{'worst':>12}{'by the clock':>15}")
for name, times in runs.items():
    spent_s = [processor for processor, _ in times]
    median = statistics.median(spent_s) / rows
    clock = rows / statistics.median(wall for _, wall in times)
    print(f"{name:22}{median * 1e6:16.2f}{1 / median:20.0f}{rows / max(spent_s):12.0f}{clock:15.0f}")
END
