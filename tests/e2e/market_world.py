# SPDX-License-Identifier: Apache-2.0
"""One world that assay-market wrote, read back, with the figures that its README states."""
import collections
import csv
import functools
import hashlib
import math
import os
import subprocess

FILES = ("scans.csv", "scan-truth.csv", "item-truth.csv", "reference.csv", "sales.csv",
         "test-purchases.csv", "batches.csv", "strata-truth.csv")
BATCHES = [f"{sku}:{prefix}{letter}:9000:CN" for sku, prefix in (("TEA-01", "TEAB0"),
                                                                ("WINE-02", "W1NE0"))
           for letter in "ABCDE"]
START_MS, WEEK_MS = 1767571200000, 7 * 86400 * 1000

Scan = collections.namedtuple("Scan", "time_ms code country region city lat lon accuracy_km net "
                                      "device channel pin item who")


def command(program, out, *options):
    """The command line that writes a world."""
    batches = [part for batch in BATCHES for part in ("--batch", batch)]
    return [program, "--items", "12000", "--out", out, *batches, *options]


def rows(path):
    """Rows of a CSV file as dictionaries."""
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


class World:
    """A world, made and read."""

    def __init__(self, program, folder, *options):
        self.folder = folder
        subprocess.run(command(program, folder, *options), check=True)
        self.items = rows(os.path.join(folder, "item-truth.csv"))
        self.strata = rows(os.path.join(folder, "strata-truth.csv"))
        self.batches = {row["handle"]: row for row in rows(os.path.join(folder, "batches.csv"))}
        self.purchases = rows(os.path.join(folder, "test-purchases.csv"))
        self.sales = rows(os.path.join(folder, "sales.csv"))
        self.reference = [row["code"] for row in rows(os.path.join(folder, "reference.csv"))]
        self.kinds = {row["code"]: row["kind"] for row in self.items}

    @functools.cached_property
    def scans(self):
        """Each scan with its truth."""
        scans = []
        with open(os.path.join(self.folder, "scans.csv"), encoding="utf-8", newline="") as file, \
                open(os.path.join(self.folder, "scan-truth.csv"), encoding="utf-8") as truth:
            assert next(csv.reader(file)) == list(Scan._fields[:12])
            assert next(truth) == "row,code,item,kind\n"
            for number, (row, true) in enumerate(zip(csv.reader(file), csv.reader(truth),
                                                     strict=True), 1):
                assert true[:2] == [str(number), row[1]], number
                row[0] = int(row[0])
                row[5:8] = [float(text) if text else math.nan for text in row[5:8]]
                scans.append(Scan(*row, *true[2:]))
        return scans

    def digest(self):
        """SHA-256 over all files, in order."""
        total = hashlib.sha256()
        for name in FILES:
            with open(os.path.join(self.folder, name), "rb") as file:
                total.update(name.encode() + b"\0" + file.read())
        return total.hexdigest()

    def total(self, column):
        """Sum of a column over the strata."""
        return sum(int(row[column]) for row in self.strata)

    def share(self, what):
        """Share of fakes among the items sold, scanned or shown."""
        fakes = self.total("fake_" + what)
        return fakes / (fakes + self.total("genuine_" + what))

    @functools.cached_property
    def codes(self):
        """Scans of each code, without machines."""
        codes = collections.defaultdict(list)
        for scan in self.scans:
            if scan.who not in ("preview", "bot"):
                codes[scan.code].append(scan)
        return codes

    def figures(self):
        """Shares of scans: not first, by another device and not first, busy, impossible travel."""
        codes = self.codes.values()
        count = sum(len(scans) for scans in codes)
        another = sum(scan.device != scans[0].device or not scan.device
                      for scans in codes for scan in scans[1:])
        busy = sum(len(scans) for scans in codes if len(scans) > 5)
        travel = sum(len(scans) for scans in codes
                     if any(impossible(*pair) for pair in zip(scans, scans[1:])))
        return (count - len(codes)) / count, another / count, busy / count, travel / count


def distance_km(scan, other):
    """On the plane at the mean latitude, as README.md says."""
    turn = (scan.lon - other.lon + 180) % 360 - 180
    east = turn * math.cos(math.radians((scan.lat + other.lat) / 2))
    return 111.195 * math.hypot(east, scan.lat - other.lat)


def impossible(scan, other):
    """More than 100 km apart at more than 800 km/h."""
    way_km = distance_km(scan, other)
    return way_km > 100 and way_km > 800 * (other.time_ms - scan.time_ms) / 3600e3
