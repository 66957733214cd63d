#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""usage: bench/audit_report.py BUILD [--full] [--seed N] [--items N] [--jobs N] [--only WORD]... [--keep DIR]

How right is what `assay-batch audit` reports? Worlds of assay-market go through the programs alone: init,
products, batches, activation, reference items, sales and test purchases, replay (which calibrates at its
end), and the report by product and region; once with reference items and once without. Held against the
truth are strata with 300 items shown and more; purchases alone are Wilson's interval of those there.

--full: every kind, and each other behaviour with six (a quarter of an hour on two cores that are free);
else a world of each sort. --seed: the first one (1000 or above: seeds below are for tuning). --only: worlds
whose name, KIND-BEHAVIOUR, contains a word. --keep: folder where worlds stay, and are taken from.
"""
import argparse
import concurrent.futures
import csv
import json
import math
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

SHOWN = 300  # items of a stratum that is judged
SOLD = 50
WEEKS = 26
SKUS = ("P1", "P2")
BATCHES = 24  # of each product
KINDS = "clean before after change slow mass scattered single rho2 mixed grief viral refill".split()
BEHAVIOURS = "commuter traveller gateway family cookieless tourist wechat vpn seldom".split()
CROSSED = "clean before after change slow mixed".split()
QUICK = ("clean-tuned clean-gateway clean-traveller before-tuned before-family change-tuned slow-tuned "
         "mixed-tuned refill-tuned single-tuned").split()
Z = 1.959963984540054


def run(*command, **more):
    done = subprocess.run([str(part) for part in command], stdin=subprocess.DEVNULL, text=True,
                          capture_output=True, check=False, **more)
    if done.returncode != 0:
        sys.exit(f"{' '.join(str(part) for part in command)}: exit {done.returncode}: {done.stderr}")
    return done.stdout


def rows(path):
    with open(path, encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


class Bench:
    def __init__(self, options, folder):
        self.folder = folder
        self.items = options.items
        build = pathlib.Path(options.build).resolve()
        self.batch = build / "batch-tools/assay-batch"
        self.market = build / "bench/market/assay-market"
        self.handles = self.make_brand()

    def office(self, data, *arguments):
        return run(self.batch, *arguments, "--data", data)

    def make_brand(self):
        """A brand with its batches, not active yet: copied for each world."""
        data = self.folder / "brand"
        names = self.folder / "handles.json"
        if names.exists():
            return json.loads(names.read_text())
        run(self.batch, "init", data, "--brand", "Bench")
        handles = {}
        for sku in SKUS:
            self.office(data, "product", "add", "--sku", sku, "--name", "a|b")
            for lot in range(BATCHES):
                order = self.folder / "order.json"
                made = self.office(data, "batch", "create", "--sku", sku, "--count", self.items // 4, "--lot",
                                   lot, "--market", "CN", "--out", order, "--json")
                order.unlink()
                handles[f"{sku}0{lot:02}0"] = json.loads(made)["batch"]["handle"]
        names.write_text(json.dumps(handles))
        return handles

    def with_handles(self, path, columns):
        """Worlds are made for names that are always the same; the programs draw theirs."""
        with open(path, encoding="utf-8", newline="") as file:
            lines = list(csv.reader(file))
        for column in columns:
            at = lines[0].index(column)
            for line in lines[1:]:
                name, colon, index = line[at].partition(":")
                line[at] = self.handles.get(name, name) + colon + index
        with open(path, "w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows(lines)

    def make_world(self, world):
        folder = self.folder / world["name"]
        if (folder / "whole").exists():
            return folder
        shutil.rmtree(folder, ignore_errors=True)
        batches = [part for name in self.handles
                   for part in ("--batch", f"{name[:2]}:{name}:{self.items // 4}:CN")]
        run(self.market, "--seed", world["seed"], "--kind", world["kind"], "--behaviour",
            f"{world['behaviour']},period_weeks={WEEKS // 2}", "--items", self.items, *batches, "--out", folder)
        self.with_handles(folder / "scans.csv", ["code"])
        self.with_handles(folder / "reference.csv", ["code"])
        self.with_handles(folder / "test-purchases.csv", ["code"])
        self.with_handles(folder / "batches.csv", ["handle"])
        for known in ("with", "without"):
            self.replay(folder, known)
        for name in ("scans.csv", "scan-truth.csv", "item-truth.csv"):
            (folder / name).unlink()
        (folder / "whole").touch()
        return folder

    def replay(self, folder, known):
        data = folder / known
        shutil.copytree(self.folder / "brand", data)
        for batch in rows(folder / "batches.csv"):
            at = run("date", "-u", "-d", f"@{int(batch['active_from_ms']) // 1000}", "+%Y-%m-%dT%H:%M:%SZ")
            self.office(data, "batch", "activate", batch["handle"], "--without-manifest", "--at", at.strip())
        self.office(data, "sales", "import", folder / "sales.csv")
        self.office(data, "test-purchase", "import", folder / "test-purchases.csv")
        if known == "with":
            self.office(data, "reference", "import", folder / "reference.csv")
        self.office(data, "replay", folder / "scans.csv")

    def judge(self, world):
        """Each judgement of a world: with and without reference items."""
        folder = self.make_world(world)
        truth = {}
        for row in rows(folder / "strata-truth.csv"):
            period = int(row["from_ms"])
            for key in ((row["sku"], row["region"]), ("", period)):
                sums = truth.setdefault(key, dict.fromkeys(NUMBERS, 0))
                for name in NUMBERS:
                    sums[name] += int(row[name])
        found = {}
        for known in ("with", "without"):
            report = json.loads(self.office(folder / known, "audit", "--by", "product,region", "--format", "json"))
            found[known] = judge_report(report, truth, world)
        if not self.keeps:
            shutil.rmtree(folder)
        return found

    keeps = False


NUMBERS = "genuine_sold fake_sold genuine_shown fake_shown".split()


def wilson(x, n):
    if n == 0:
        return 0.0, 1.0
    p, square = x / n, Z * Z
    middle = (p + square / (2 * n)) / (1 + square / n)
    half = Z / (1 + square / n) * math.sqrt(p * (1 - p) / n + square / (4 * n * n))
    return max(0.0, middle - half), min(1.0, middle + half)


def judge_report(report, truth, world):
    sums = {"worlds": 1}

    def add(name, value):
        sums[name] = sums.get(name, 0) + value

    for row in report["strata"]:
        true = truth.get((row["sku"], row["region"]))
        if true is None:
            continue
        shown = true["fake_shown"] + true["genuine_shown"]
        sold = true["fake_sold"] + true["genuine_sold"]
        if shown < SHOWN or sold < SOLD:
            continue
        e2, e3, bought = row["e2"], row["e3"], row["test_purchases"]
        share = true["fake_shown"] / shown
        add("strata", 1)
        add("shown", shown)
        add("fakes", true["fake_shown"])
        add("items", row["items"])
        add("e2", e2["point"] * shown)
        add("e2_held", e2["low"] <= share <= e2["high"])
        add("e2_width", e2["high"] - e2["low"])
        add("bound_held", e2["lower_bound"] <= share)
        if world["kind"] == "clean":
            sums["highest"] = max(sums.get("highest", 0), e2["high"])
        share = true["fake_sold"] / sold
        low, high = wilson(bought["fakes"], bought["bought"])
        add("e3_held", e3["low"] <= share <= e3["high"])
        if share > 0:  # an interval from 0 holds 0 whatever it is worth
            add("sold_strata", 1)
            add("sold_held", e3["low"] <= share <= e3["high"])
        add("e3_width", e3["high"] - e3["low"])
        add("alone_held", low <= share <= high)
        add("alone_width", high - low)
    if world["kind"] == "change" and report["trend"] is not None:
        odds = [true["fake_shown"] / true["genuine_shown"]
                for key, true in sorted((key, true) for key, true in truth.items() if key[0] == "")]
        ratio = report["trend"]["odds_ratio"]
        error = math.log(ratio["point"] / (odds[1] / odds[0]))
        add("trends", 1)
        add("trend_error", error)
        add("trend_held", ratio["low"] <= odds[1] / odds[0] <= ratio["high"])
        sums["trend_off"] = max(sums.get("trend_off", 0), abs(error))
    return sums


def join(all_sums):
    total = {}
    for sums in all_sums:
        for name, value in sums.items():
            largest = name in ("highest", "trend_off")
            total[name] = max(total.get(name, 0), value) if largest else total.get(name, 0) + value
    return total


HEAD = """| worlds | strata | true E2 / estimate | E2 held | width | lower bound holds | composite held \
(width; purchases alone) | ratio | clean: highest upper limit | trend: mean error; largest; held |
|---|---|---|---|---|---|---|---|---|---|"""


def line(name, sums):
    n = sums.get("strata", 0)
    if n == 0:
        return f"| {name} | 0 | | | | | | | | |"
    highest = f"{sums['highest']:.3f}" if "highest" in sums else ""
    trend = ""
    if sums.get("trends"):
        trend = (f"{sums['trend_error'] / sums['trends']:+.3f}; {sums['trend_off']:.3f}; "
                 f"{sums['trend_held'] / sums['trends']:.2f}")
    return (f"| {name} ({sums['worlds']}) | {n} | {sums['fakes'] / sums['shown']:.3f} / "
            f"{sums['e2'] / sums['shown']:.3f} | {sums['e2_held'] / n:.3f} | {sums['e2_width'] / n:.3f} | "
            f"{sums['bound_held'] / n:.3f} | {sums['e3_held'] / n:.3f} ({sums['e3_width'] / n:.3f}; "
            f"{sums['alone_width'] / n:.3f}) | {sums['e3_width'] / sums['alone_width']:.2f} | {highest} | {trend} |")


def goals(sums):
    n = sums["strata"]
    held = sums.get("sold_held", 0) / max(1, sums.get("sold_strata", 0))
    ratio = sums["e3_width"] / sums["alone_width"]
    marks = [("lower bound right in at least .975 of strata", sums["bound_held"] / n,
              sums["bound_held"] / n >= .975),
             ("composite right in .93 to .98, where fakes are sold", held, .93 <= held <= .98),
             ("composite at most half as wide as purchases alone", ratio, ratio <= .5)]
    if "highest" in sums:
        marks.append(("upper limit in a clean market at most .02", sums["highest"], sums["highest"] <= .02))
    if sums.get("trends"):
        bias = sums["trend_error"] / sums["trends"]
        marks.append(("bias of the trend's log odds ratio at most .15", bias, abs(bias) <= .15))
    return [f"{'met  ' if met else 'SHORT'} {text}: {value:.3f}" for text, value, met in marks]


def show(known, judged):
    print(f"\n{known} reference items\n\n{HEAD}")
    groups = {}
    for world, found in judged:
        groups.setdefault((0, world["kind"]), []).append(found[known])
        groups.setdefault((1, world["behaviour"]), []).append(found[known])
    for key in sorted(groups, key=lambda key: (key[0], (KINDS + ["tuned"] + BEHAVIOURS).index(key[1]))):
        print(line(key[1], join(groups[key])))
    total = join(found[known] for _, found in judged)
    print(line("all", total))
    print()
    print("\n".join(goals(total)))


def choose(options):
    """Worlds by name; each has a seed of its own, the same whatever else is chosen."""
    names = QUICK
    if options.full:
        names = [f"{kind}-tuned" for kind in KINDS for _ in range(3 if kind == "change" else 2)]
        names += [f"{kind}-{behaviour}" for behaviour in BEHAVIOURS for kind in CROSSED]
    worlds = []
    for number, name in enumerate(names):
        kind, behaviour = name.split("-")
        seed = options.seed + number
        if not options.only or any(word in name for word in options.only):
            worlds.append({"name": f"{name}-{seed}", "kind": kind, "behaviour": behaviour, "seed": seed})
    return worlds


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("build")
    parser.add_argument("--full", action="store_true")
    parser.add_argument("--seed", type=int, default=1000)
    parser.add_argument("--items", type=int, default=60000)
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--only", action="append")
    parser.add_argument("--keep", type=pathlib.Path)
    options = parser.parse_args()
    os.environ["ASSAY_PASSPHRASE"] = "bench"
    with tempfile.TemporaryDirectory() as passing:
        folder = (options.keep or pathlib.Path(passing)).resolve()
        folder.mkdir(parents=True, exist_ok=True)
        bench = Bench(options, folder)
        bench.keeps = options.keep is not None
        worlds = choose(options)
        with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
            judged = list(zip(worlds, pool.map(bench.judge, worlds)))
    for known in ("with", "without"):
        show(known, judged)


main()
