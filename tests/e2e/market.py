#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""assay-market: its bytes, its files' truth, its statistics against what README.md says.

usage: market.py PROGRAM README
"""
import collections
import itertools
import os
import re
import statistics
import subprocess
import sys
import tempfile
import unittest

from market_world import BATCHES, START_MS, WEEK_MS, World, command, distance_km

PROGRAM, README = "", ""
# SHA-256 over all files at seed 7. They change with every change of the simulator; what was tuned
# on its worlds is then to be made anew.
GOLDEN = {
    "clean": "daa713f1574b9db7b846286d1896e5b3eb64c0ea2c80680d588f2dfc1fe09e0b",
    "mixed": "8d1ffe51e15a95c4d96b3c084d0eaf41bae1d3d6db09b18dbbbead78d9138917",
}
WORLDS = {}
TEMPORARY = tempfile.TemporaryDirectory()


def world(kind, behaviour="tuned", seed="7"):
    """A world, made once."""
    key = (kind, behaviour, seed)
    if key not in WORLDS:
        folder = os.path.join(TEMPORARY.name, "-".join(key).replace("=", "_"))
        WORLDS[key] = World(PROGRAM, folder, "--kind", kind, "--behaviour", behaviour,
                            "--seed", seed)
    return WORLDS[key]


class Refused(unittest.TestCase):
    """Command lines that are wrong leave nothing behind."""

    def refuse(self, status, says, *arguments):
        out = os.path.join(TEMPORARY.name, "refused")
        result = subprocess.run(command(PROGRAM, out, *arguments), capture_output=True, text=True,
                                check=False)
        self.assertEqual(result.returncode, status, result.stderr)
        self.assertIn(says, result.stderr)
        self.assertFalse(os.path.exists(out))

    def test_usage(self):
        for says, *arguments in (
                ("no kind is called tuned", "--kind", "tuned"),
                ("no kind is called before,slow", "--kind", "before,slow"),
                ("p_scan=2 is unknown or out of range", "--behaviour", "p_scan=2"),
                ("p_scan is above 0", "--behaviour", "p_scan=0"),
                ("p_skan=.2 is unknown", "--behaviour", "tuned,p_skan=.2"),
                ("p_scan=-1 is unknown", "--behaviour", "p_scan=-1"),
                ("p_scan=1e-3 is unknown", "--behaviour", "p_scan=1e-3"),
                ("p_scan= is unknown", "--behaviour", "p_scan="),
                ("--behaviour:  is unknown", "--behaviour", ",tuned"),
                ("--seed", "--seed", "-1"), ("--seed", "--seed", "99999999999999999999"),
                ("--weeks", "--weeks", "521"), ("--weeks", "--weeks", "x"),
                ("at least one week", "--weeks", "0"), ("at least one week", "--items", "0"),
                ("--items", "--items", "12000001"), ("--start", "--start", "tomorrow"),
                ("SKU:HANDLE", "--batch", "A:B"), ("SKU:HANDLE", "--batch", "A:TEAB1:10"),
                ("SKU:HANDLE", "--batch", "A,B:TEAB1Z:10"), ("SKU:HANDLE", "--batch", "A:000000:9"),
                ("SKU:HANDLE", "--batch", "A:TEAB1Z:10:CHN"), ("COUNT", "--batch", "A:TEAB1Z:x"),
                ("SKU:HANDLE", "--batch", "A:TEAB1Z:10:CN:"), ("from 1", "--batch", "A:TEAB1Z:0"),
                ("COUNT", "--batch", "A:TEAB1Z:16777217"), ("twice", "--batch", BATCHES[0]),
                ("no such argument", "more")):
            with self.subTest(arguments=arguments):
                self.refuse(2, says, *arguments)

    def test_refused(self):
        self.refuse(1, "must hold", "--items", "100000")
        self.refuse(1, "XX: nothing is sold", "--batch", "A:TEAB1Z:10:XX")
        self.refuse(1, "MO: nothing is sold", "--batch", "A:TEAB1Z:10:MO")
        result = subprocess.run(command(PROGRAM, "/proc/nowhere"), capture_output=True, text=True,
                                check=False)
        self.assertEqual(result.returncode, 1)
        self.assertIn("/proc/nowhere", result.stderr)


class Bytes(unittest.TestCase):
    """The same seed, the same bytes."""

    def test_golden(self):
        for kind, digest in GOLDEN.items():
            self.assertEqual(world(kind).digest(), digest, kind)

    def test_seed(self):
        self.assertNotEqual(world("clean").digest(), world("clean", seed="8").digest())

    def test_the_rest_of_the_market_does_not_change_with_its_fakes(self):
        def own(kind):
            return [scan for scan in world(kind).scans if scan.who == "genuine"]
        self.assertEqual(own("clean"), own("slow"))

    def test_readme_holds_the_tables(self):
        table = subprocess.run([PROGRAM, "--assumptions"], capture_output=True, text=True,
                               check=True).stdout
        with open(README, encoding="utf-8") as file:
            self.assertIn(table, file.read())


class Files(unittest.TestCase):
    """Every file is well formed, and agrees with the others."""

    def test_scans(self):
        for kind in ("mixed", "invented"):
            made = world(kind)
            times = [scan.time_ms for scan in made.scans]
            self.assertEqual(times, sorted(times))
            self.assertGreaterEqual(times[0], START_MS)
            self.assertLess(times[-1], START_MS + 26 * WEEK_MS)
            for scan in made.scans:
                self.assertRegex(scan.code, r"^[0-9A-HJKMNP-TV-Z]{6}:\d+$")
                self.assertRegex(scan.device, r"^([0-9a-f]{32})?$")
                self.assertRegex(scan.country + scan.region, r"^(([A-Z]{2})(\2-[A-Z0-9]{1,3})?)?$")
                self.assertIn(scan.net, ("", "fixed", "mobile", "hosting", "anon"))
                self.assertIn(scan.channel, ("", "wechat", "preview", "bot", "api"))
                self.assertIn(scan.pin, ("", "right", "wrong"))
                if scan.country:
                    self.assertTrue(-90 <= scan.lat <= 90 and -180 <= scan.lon <= 180, scan)
                    self.assertTrue(0 < scan.accuracy_km <= 500, scan)
                else:
                    self.assertTrue(scan.lat != scan.lat and not scan.city, scan)

    def test_invented_codes_were_not_issued(self):
        made = world("invented")
        unknown = beyond = 0
        for scan in made.scans:
            handle, index = scan.code.split(":")
            batch = made.batches.get(handle)
            issued = batch is not None and int(index) < int(batch["count"])
            self.assertEqual(issued, scan.who != "invented", scan)
            unknown += batch is None
            beyond += batch is not None and not issued
        self.assertGreater(unknown, 1000)
        self.assertGreater(beyond, 1000)

    def test_items(self):
        made = world("mixed")
        owners, copies, seen = set(), collections.defaultdict(set), set()
        for scan in made.scans:
            if scan.who in ("genuine", "copy", "shop"):
                (copies[scan.code] if scan.item != "0" else owners).add(
                    scan.item if scan.item != "0" else scan.code)
            if scan.who != "invented":
                seen.add(scan.code)
        self.assertEqual({row["code"] for row in made.items}, seen)
        for row in made.items:
            self.assertEqual(int(row["copies_scanned"]), len(copies[row["code"]]), row)
            self.assertEqual(int(row["genuine_scanned"]), row["code"] in owners, row)
            self.assertGreaterEqual(int(row["copies_sold"]), int(row["copies_scanned"]))
            self.assertEqual(row["copies_sold"] == "0", row["kind"] in ("genuine", "grief", "viral"))
        self.assertEqual(made.total("fake_scanned"),
                         sum(int(row["copies_scanned"]) for row in made.items))
        self.assertEqual(made.total("genuine_scanned"), len(owners))

    def test_sums(self):
        made = world("mixed", "period_weeks=13")
        self.assertEqual(made.total("genuine_sold"), sum(int(row["units"]) for row in made.sales))
        for name, column in (("sold", "genuine_sold"), ("fakes", "fake_sold")):
            self.assertEqual(sum(int(row[name]) for row in made.batches.values()),
                             made.total(column))
        self.assertEqual({row["from_ms"] for row in made.strata},
                         {str(START_MS), str(START_MS + 13 * WEEK_MS)})
        self.assertEqual(min(row["week"] for row in made.sales), "2026-W02")
        for row in made.sales:
            self.assertRegex(row["week"], r"^2026-W(0[2-9]|[12]\d)$")
        self.assertTrue(all(made.kinds[code] in ("genuine", "grief", "viral")
                            for code in made.reference))

    def test_least_numbers(self):
        """No assumption at 0, nor a short world, makes it fail."""
        names = re.findall(r"^\| `(\w+)` \| -?[\d.]+ \|",
                           subprocess.run([PROGRAM, "--assumptions"], capture_output=True,
                                          text=True, check=True).stdout, re.M)
        self.assertGreater(len(names), 60)
        zeros = ",".join(f"{name}=0" for name in names if name != "p_scan")
        fakes = "before,pin=1,grief=5,viral=5,invented=.1,invented_bot=5"
        for behaviour in (zeros, zeros + ",fake_share=.3,mix_mass=1,mix_slow=1,grief=5,viral=5",
                          fakes):
            folder = os.path.join(TEMPORARY.name, "least")
            World(PROGRAM, folder, "--items", "200", "--weeks", "1", "--behaviour", behaviour)

    def test_weeks_of_other_years(self):
        folder = os.path.join(TEMPORARY.name, "weeks")
        made = World(PROGRAM, folder, "--start", "2026-12-20T12:00:00Z", "--weeks", "4")
        self.assertLessEqual({row["week"] for row in made.sales},
                             {"2026-W51", "2026-W52", "2026-W53", "2027-W01", "2027-W02"})
        self.assertIn("2026-W53", {row["week"] for row in made.sales})


class Statistics(unittest.TestCase):
    """What README.md says of the worlds is so."""

    def near(self, value, wanted, within):
        self.assertTrue(abs(value - wanted) <= within, f"{value:.4f}, not {wanted} +- {within}")

    def test_study(self):
        with open(README, encoding="utf-8") as file:
            text = file.read()
        lines = [re.findall(r"(\.\d+) \(\.\d+\)", line) for line in text.split("\n")]
        stated = list(zip(*[line for line in lines if len(line) == 4]))
        self.assertEqual(len(stated), 4)
        for kind, figures in zip(("clean", "before", "after", "slow"), stated):
            for value, wanted in zip(world(kind).figures(), figures, strict=True):
                with self.subTest(kind=kind, wanted=wanted):
                    self.near(value, float(wanted), 0.02 + 0.12 * float(wanted))

    def test_shares(self):
        for kind, share in (("clean", 0), ("before", .30), ("after", .08), ("slow", .10),
                            ("scattered", .10), ("mass", .10), ("single", .10), ("refill", .10),
                            ("rho2", .19), ("pin", .15)):
            with self.subTest(kind=kind):
                self.near(world(kind).share("sold"), share, 0.01)
        self.near(world("before").share("scanned"), .30, 0.02)
        self.near(world("rho2").share("scanned"), .32, 0.02)

    def test_items_asked_for(self):
        self.near(world("clean").total("genuine_scanned") / 12000, 1, 0.05)

    def test_scanned_by_owner(self):
        made = world("clean", "shop_scan=0,first_late_days=1,first_days=1")
        self.near(made.total("genuine_scanned") / made.total("genuine_sold"), 0.40, 0.01)

    def test_methods(self):
        for kind, low, high in (("slow", 2, 5), ("scattered", 2, 5), ("mass", 10, 300),
                                ("single", 1, 1), ("refill", 1, 1)):
            copies = [int(row["copies_sold"]) for row in world(kind).items if row["kind"] == kind]
            self.assertGreater(len(copies), 5, kind)
            self.assertTrue(max(copies) <= high and statistics.median(copies) >= low, kind)

    def places(self, kind):
        """Of two copies of a code, how often the first scans lie in the same region."""
        pairs = []
        for scans in world(kind).codes.values():
            first = {}
            for scan in scans:
                if scan.who == "copy":
                    first.setdefault(scan.item, scan.region)
            pairs += [one == other for one, other in itertools.combinations(first.values(), 2)]
        return statistics.mean(pairs)

    def test_where_copies_are(self):
        self.near(self.places("mass"), 0.75, 0.12)
        self.near(self.places("slow"), 0.3, 0.12)
        self.near(self.places("scattered"), 0.05, 0.03)

    def test_change(self):
        made = world("change", "period_weeks=13")
        for half, share in ((0, .30), (1, .08)):
            rows = [row for row in made.strata
                    if int(row["from_ms"]) == START_MS + half * 13 * WEEK_MS]
            fakes = sum(int(row["fake_sold"]) for row in rows)
            self.near(fakes / (fakes + sum(int(row["genuine_sold"]) for row in rows)), share, 0.015)

    def test_purchases(self):
        made = world("before")
        self.assertEqual(len(made.purchases), 400)
        self.near(sum(int(row["is_fake"]) for row in made.purchases) / 400, .30, 0.07)

    def test_people(self):
        scans = [scan for scan in world("clean").scans if scan.who == "genuine"]
        people = {scan.code for scan in scans}
        self.near(len(scans) / len(people), 2.0, 0.1)
        self.near(sum(scan.channel == "wechat" for scan in scans) / len(scans), 0.55, 0.02)
        self.near(sum(not scan.device for scan in scans) / len(scans), 0.45 * 0.04, 0.006)
        self.near(sum(scan.accuracy_km < 1 for scan in scans) / len(scans), 0.10, 0.02)
        self.near(sum(scan.net == "anon" for scan in scans) / len(scans), 0.012 * 0.7, 0.004)
        self.near(sum(not scan.country for scan in scans) / len(scans), 0.005, 0.003)
        machines = collections.Counter(scan.who for scan in world("clean").scans)
        self.near(machines["preview"] / len(scans), 0.04, 0.005)
        self.near(machines["bot"] / len(scans), 0.004, 0.002)

    def test_behaviours_differ(self):
        plain = world("clean").figures()
        self.assertGreater(world("clean", "family").figures()[0], plain[0] + 0.05)
        self.assertGreater(world("clean", "cookieless").figures()[1], plain[1] + 0.04)
        self.assertGreater(world("clean", "gateway").figures()[3], plain[3] * 1.2)
        self.assertLess(world("clean", "seldom").figures()[0], plain[0] - 0.03)

    def test_mischief(self):
        griefed = [scan for scan in world("grief").scans if scan.who == "grief"]
        self.assertGreater(len({scan.code for scan in griefed}), 500)
        self.assertGreater(len({scan.device for scan in griefed}), 2)
        self.assertGreater(len({scan.country for scan in griefed}), 1)
        viral = [scan for scan in world("viral").scans if scan.who == "viral"]
        self.assertEqual(len(viral) // 2500, len({scan.code for scan in viral}))
        previews = [scan for scan in world("clean").scans if scan.who == "preview"]
        self.assertTrue(all(scan.net == "hosting" and not scan.device for scan in previews))

    def test_diversion(self):
        made = world("diversion")
        abroad = sum(scan.country not in ("CN", "", "HK", "MO") and scan.net != "anon"
                     for scan in made.scans if scan.who == "genuine")
        self.assertGreater(abroad / len(made.scans), 0.10)
        diverted = [row for row in made.batches.values() if row["diverted"] != "0"]
        self.assertEqual(len(diverted), 5)

    def test_leak(self):
        made = world("leak")
        active = {handle: int(row["active_from_ms"]) for handle, row in made.batches.items()}
        early = collections.Counter(scan.code[:6] for scan in made.scans
                                    if scan.time_ms < active[scan.code[:6]]
                                    and scan.who in ("genuine", "shop"))
        self.assertGreater(sum(early.values()), 50)
        for handle, row in made.batches.items():
            self.assertEqual(int(row["early_scans"]), early[handle])

    def test_pins(self):
        scans = [scan for scan in world("pin").scans if scan.pin]
        wrong = collections.Counter(scan.who for scan in scans if scan.pin == "wrong")
        total = collections.Counter(scan.who for scan in scans)
        self.near(wrong["genuine"] / total["genuine"], 0.011, 0.006)
        self.near(wrong["copy"] / total["copy"], 0.60, 0.06)
        self.assertEqual(wrong["grief"], total["grief"])

    def test_far_mobile(self):
        made = world("clean", "gps=0,fixed=0,vpn=0,travel=0,tourist=0,shared=0,hosted=0,net_unknown=0")
        far = collections.Counter()
        for scans in made.codes.values():
            if len(scans) > 1 and all(scan.net == "mobile" for scan in scans[:2]):
                way_km = distance_km(*scans[:2])
                far["all"] += 1
                far["near"] += way_km < 60
                far["far"] += way_km > 200
        self.assertGreater(far["near"] / far["all"], 0.6)
        self.assertTrue(0.02 < far["far"] / far["all"] < 0.15, far)


if __name__ == "__main__":
    PROGRAM, README = sys.argv[1:3]
    unittest.main(argv=sys.argv[:1])
