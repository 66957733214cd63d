#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Alerts of one world of assay-market against its truth.

usage: judge.py activations TRUTH               batches and when each is activated, a line each
       judge.py world BATCH NAME [ONSET]        ./run and ./items.csv against ./truth, as a line of JSON
       judge.py table ITEMS FILE                the lines of FILE as tables
An alert is right if, by the truth,
  cloned      copies of the item were sold
  outbreak    copies of the product were scanned for the first time in the country, three or more in the
              alert's week and the four before, by where the scans were shown
  diversion   cartons of the batch were sold outside its market
  leak        items of the batch were scanned before its activation
  pin_attack  wrong PINs of the batch, or in the country, on that day, twenty or more: on fakes or tried out
  forgery     invented codes were tried in the country on that day, a hundred or more
"""
import collections
import csv
import datetime
import json
import subprocess
import sys

DAY_MS = 86400 * 1000
ZONE_MS = 8 * 3600 * 1000
KINDS = ("cloned", "outbreak", "diversion", "leak", "pin_attack", "forgery")
YEARS = 0.5
SKUS = ("S0", "S1", "S2", "S3", "S4", "S5")


def rows(path):
    """Rows of a CSV file as dictionaries."""
    with open(path, encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def activations(truth):
    """When each batch is activated."""
    for row in rows(f"{truth}/batches.csv"):
        at = datetime.datetime.fromtimestamp(int(row["active_from_ms"]) / 1000, datetime.timezone.utc)
        print(row["handle"], at.strftime("%Y-%m-%dT%H:%M:%SZ"))


def office(batch, *words):
    """What a command of the office answers."""
    done = subprocess.run([batch, *words, "--data", "run", "--json"], check=True, text=True,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
    return json.loads(done.stdout)


def dry_run(batch, rule):
    """All findings of one rule: an answer shows a hundred, so they are asked by product."""
    found = []
    cuts = [["--sku", sku] for sku in SKUS] if rule["kind"] != "forgery" else [[]]
    for cut in cuts:
        answer = office(batch, "rule", "dryrun", "--name", rule["name"], *cut)
        if len(answer["alerts"]) != answer["rules"][0]["alerts"]:
            sys.exit(f"judge.py: {rule['name']} {cut}: more than an answer shows")
        found += answer["alerts"]
    return found


class Truth:
    """What alerts of one world are judged by. Days are of the brand's zone, as days since 1970."""

    def __init__(self, folder):
        self.batches = {row["handle"]: row for row in rows(f"{folder}/batches.csv")}
        self.copied = {row["code"] for row in rows(f"{folder}/item-truth.csv")
                       if int(row["copies_sold"]) > 0}
        self.copies = collections.Counter()  # sku, country, week: copies seen for the first time
        self.wrong = collections.Counter()  # handle or country, day: wrong PINs
        self.invented = collections.Counter()  # country, day: codes never issued
        self.countries = collections.Counter()  # sku, country: scans
        self.scans = 0
        self.items = collections.Counter()  # the same of all items, genuine or not
        seen = set()
        for scan, true in zip(rows(f"{folder}/scans.csv"), rows(f"{folder}/scan-truth.csv"),
                              strict=True):
            self.add(scan, true, seen)

    def add(self, scan, true, seen):
        """Counts one scan."""
        self.scans += 1
        day = (int(scan["time_ms"]) + ZONE_MS) // DAY_MS
        handle = scan["code"].split(":")[0]
        if true["kind"] == "invented":
            self.invented[scan["country"], day] += 1
            return
        sku = self.batches[handle]["sku"]
        self.countries[sku, scan["country"]] += 1
        if scan["pin"] == "wrong":
            self.wrong[handle, day] += 1
            self.wrong[scan["country"], day] += 1
        if true["kind"] in ("copy", "genuine") and (scan["code"], true["item"]) not in seen:
            seen.add((scan["code"], true["item"]))
            self.items[sku, scan["country"], monday(day)] += 1
            self.copies[sku, scan["country"], monday(day)] += true["kind"] == "copy"

    def outbreak(self, alert):
        """Copies of the product in the country, lately."""
        week = monday(day_of(alert["day"]))
        subject = alert["sku"], alert["place"]["country"] or ""
        return sum(self.copies[(*subject, week - 7 * back)] for back in range(5)) >= 3

    def right(self, alert):
        """Is there something in it?"""
        place = alert["place"]["country"] or ""
        batch = self.batches.get(alert["handle"], {})
        match alert["kind"]:
            case "outbreak":
                return self.outbreak(alert)
            case "diversion":
                return int(batch["diverted"]) > 0
            case "leak":
                return int(batch["early_scans"]) > 0
            case "pin_attack":
                return self.wrong[alert["handle"] or place, day_of(alert["day"])] >= 20
            case "forgery":
                return self.invented[place, day_of(alert["day"])] >= 100
        return False


def day_of(text):
    """Days since 1970 of 2026-01-05."""
    return (datetime.date.fromisoformat(text) - datetime.date(1970, 1, 1)).days


def monday(day):
    """The Monday of a day's week."""
    return day - (day - 4) % 7


def findings(batch):
    """Alerts by kind, over the whole history."""
    found = []
    for rule in office(batch, "rule", "list")["rules"]:
        if rule["enabled"] and rule["kind"] not in ("leak", "honey", "cloned"):
            found += dry_run(batch, rule)
    for alert in office(batch, "alert", "list", "--kind", "leak", "--limit", "1000")["alerts"]:
        found.append({"kind": "leak", "handle": alert["subject"]["handle"]})
    return found


def weeks_until_told(truth, alerts):
    """By product: weeks from the first copy, and from the first week of which one new item in twenty
    was a copy, to the end of the week of the first right alert."""
    told = {}
    for sku in SKUS:
        country = "JP" if sku == "S5" else "CN"
        weeks = sorted(week for one, where, week in truth.copies
                       if (one, where) == (sku, country) and truth.copies[one, where, week] > 0)
        many = [week for week in weeks
                if truth.copies[sku, country, week] >= truth.items[sku, country, week] / 20]
        ends = [monday(day_of(alert["day"])) + 7 for alert in alerts
                if alert["kind"] == "outbreak" and alert["sku"] == sku and truth.outbreak(alert)]
        told[sku] = [(min(ends) - since[0]) // 7 if ends and since else None for since in (weeks, many)]
    return told


def judge(batch, name, onset):
    """One world."""
    truth = Truth("truth")
    alerts = findings(batch)
    counts = {kind: [0, 0] for kind in KINDS}
    for alert in alerts:
        counts[alert["kind"]][0] += 1
        counts[alert["kind"]][1] += truth.right({"sku": None, "handle": None, **alert,
                                                 "place": alert.get("place", {"country": None})})
    for row in rows("items.csv"):
        if row["level"] == "cloned":
            counts["cloned"][0] += 1
            counts["cloned"][1] += row["code"] in truth.copied
    cells = sum(count >= 26 for count in truth.countries.values())
    result = {"name": name, "scans": truth.scans, "cells": cells, "counts": counts,
              "diverted": sum(int(row["diverted"]) > 0 for row in truth.batches.values()),
              "leaked": sum(int(row["early_scans"]) > 0 for row in truth.batches.values()),
              "copied": len(truth.copied)}
    if onset:
        result["told"] = weeks_until_told(truth, alerts)
    print(json.dumps(result))


def share(count):
    """12 of 14, as the table has it."""
    alerts, right = count
    return f"{alerts}" if right == 0 else f"{alerts} ({right})"


def print_told(worlds):
    """How long an outbreak went unnoticed."""
    print("\nweeks until the end of the week of a product's first right outbreak alert, by product: from "
          "the first week of which 5% of the new items were copies, and from the first copy (-: none)\n")
    for world in worlds:
        first, many = (" ".join(f"{week:>3}" if week is not None else "  -" for week in weeks)
                       for weeks in zip(*world["told"].values(), strict=True))
        print(f"{world['name']:34} {many}    {first}")


def print_false(worlds):
    """What a brand would have been called for in vain."""
    print(f"\nfalse alerts a year, and of outbreaks a product x country x year, in worlds without "
          f"fakes ({YEARS} years each)\n")
    print(f"{'':34}{'outbreak':>10}{'a cell':>10}{'diversion':>10}{'cloned':>10}{'others':>10}")
    for world in worlds:
        wrong = {kind: (alerts - right) / YEARS for kind, (alerts, right) in world["counts"].items()}
        others = sum(wrong[kind] for kind in ("leak", "pin_attack", "forgery"))
        print(f"{world['name']:34}{wrong['outbreak']:10.1f}{wrong['outbreak'] / world['cells']:10.3f}"
              f"{wrong['diversion']:10.1f}{wrong['cloned']:10.1f}{others:10.1f}")


def table(items, path):
    """All worlds."""
    with open(path, encoding="utf-8") as file:
        worlds = [json.loads(line) for line in file]
    print(f"{items} scanned items, 26 weeks, 6 products; alerts (right ones)\n")
    print(f"{'':34}{'scans':>8}" + "".join(f"{kind:>13}" for kind in KINDS))
    for world in worlds:
        cells = "".join(f"{share(world['counts'][kind]):>13}" for kind in KINDS)
        print(f"{world['name']:34}{world['scans']:8}{cells}")
    print_false([world for world in worlds if world["copied"] == 0])
    print_told([world for world in worlds if "told" in world])


def main():
    """The story."""
    if sys.argv[1] == "activations":
        activations(sys.argv[2])
    elif sys.argv[1] == "world":
        judge(sys.argv[2], sys.argv[3], sys.argv[4])
    else:
        table(sys.argv[2], sys.argv[3])


if __name__ == "__main__":
    main()
