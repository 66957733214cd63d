#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""usage: goals.py FILE

What assay-risk-judge printed, as goals with the figures beside them: the mean over the worlds in which
copies are of one kind alone, the worst of them, and the mean over the mixed ones.
"""
import sys

RECALL = [
    ("slow copies found at 1e-3", "slow", 1, 0.85),
    ("slow copies found at 1e-4", "slow", 2, 0.65),
    ("fakes of mass copies found at 1e-4", "mass", 2, 0.90),
    ("scattered copies found at 1e-3", "scattered", 1, 0.60),
]
LEVELS = ["check", "suspect", "cloned"]
BUILT_IN, CALIBRATED = 0, 6  # first column of each table's figures
TABLES = [("built in", BUILT_IN), ("calibrated", CALIBRATED)]


def mean(values):
    return sum(values) / len(values) if values else float("nan")


def main():
    rows = [line.split() for line in open(sys.argv[1], encoding="utf-8")]
    rows = [(row[0], row[1], [float(x) for x in row[3:]]) for row in rows if row[0] != "world"]
    print("| figure | goal | table | mean | worst world | mean of mixed worlds |")
    print("|---|---|---|---:|---|---:|")
    for name, kind, rate, goal in RECALL:
        for table, first in TABLES:
            of_kind = [(world, figures[first + rate]) for world, row_kind, figures in rows if row_kind == kind]
            own = [(found, world) for world, found in of_kind if world.startswith(kind)]
            mixed = [found for world, found in of_kind if not world.startswith(kind)]
            if own:
                worst = f"{min(own)[0]:.3f} {min(own)[1]}"
                print(f"| {name} | {goal} | {table} | {mean([found for found, _ in own]):.3f} | {worst} | "
                      f"{mean(mixed):.3f} |")
    for level, nominal in zip(range(3), (1e-2, 1e-3, 1e-4)):
        for table, first in TABLES:
            alarms = [(figures[first + 3 + level], world) for world, kind, figures in rows if kind == "genuine"]
            worst = max(alarms)
            print(f"| genuine codes at {LEVELS[level]} | at most {2 * nominal:g} | {table} | "
                  f"{mean([share for share, _ in alarms]):.5f} | {worst[0]:.5f} {worst[1]} | |")
    for table, first in TABLES:
        grief = [(figures[first + 4], world) for world, kind, figures in rows if kind == "grief"]
        if grief:
            print(f"| griefed codes at suspect | at most 0.01 | {table} | {mean([share for share, _ in grief]):.4f} | "
                  f"{max(grief)[0]:.4f} {max(grief)[1]} | |")


if __name__ == "__main__":
    main()
