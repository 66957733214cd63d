#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Print http.sh's results: medians over rounds, ratios to (a), as a Markdown table.

usage: report.py RESULTS FILE_SYSTEM
"""
import os
import platform
import statistics
import sys
from collections import defaultdict

KINDS = ["constant", "posted", "first", "json", "repeat", "retry", "forged", "rival"]
# The client pays for a body too: what is asked with one is held against (a) asked with one.
BASES = {"json": "posted", "repeat": "posted", "retry": "posted"}


def fields(words):
    """name=value words as numbers."""
    return {name: float(value) for name, value in (word.split("=") for word in words)}


def read(path):
    """(kind, connections) -> list of runs; the long runs apart."""
    runs, long_runs = defaultdict(list), {}
    with open(path, encoding="ascii") as file:
        for line in file:
            words = line.split()
            if words[0] == "long":
                long_runs[words[1]] = fields(words[3:])
            elif words[0] == "fdatasync":
                runs["fdatasync", int(words[1])].append(
                    {"p50_us": float(words[3]), "p99_us": float(words[4])})
            else:
                runs[words[0], int(words[1])].append(fields(words[2:]))
    return runs, long_runs


def median(runs, name):
    """Median of one field over the rounds."""
    return statistics.median(run[name] for run in runs)


def processor_us(run):
    """Processor time of the servers for one request, microseconds."""
    return run["ticks"] * 1e6 / os.sysconf("SC_CLK_TCK") / run["requests"]


def machine(file_system):
    """What this ran on, one line."""
    model = "unknown processor"
    with open("/proc/cpuinfo", encoding="ascii", errors="replace") as file:
        for line in file:
            if line.startswith("model name"):
                model = line.split(":", 1)[1].strip()
                break
    return (f"{os.cpu_count()} processors ({model}), Linux {platform.release()}, {file_system}; "
            "client and servers share them")


def main():
    """Read and print."""
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    runs, long_runs = read(sys.argv[1])
    print(machine(sys.argv[2]))
    for count in sorted({count for _, count in runs}):
        rounds = len(runs["constant", count])
        rival = median(runs["rival", count], "rate")
        sync = runs["fdatasync", count]
        print(f"\n{count} connections, {rounds} rounds; fdatasync p50 "
              f"{median(sync, 'p50_us'):.0f} us, p99 {median(sync, 'p99_us'):.0f} us\n")
        print("| kind | requests/s | ratio to (a) | ratio to (e) | p50 ms | p99 ms | server CPU us |")
        print("|---|---:|---:|---:|---:|---:|---:|")
        for kind in KINDS:
            group = runs[kind, count]
            rate = median(group, "rate")
            bare = runs[BASES.get(kind, "constant"), count]
            ratios = [run["rate"] / base["rate"] for run, base in zip(group, bare)]
            print(f"| {kind} | {rate:,.0f} | {statistics.median(ratios):.2f} | {rate / rival:.2f} "
                  f"| {median(group, 'p50_us') / 1000:.2f} | {median(group, 'p99_us') / 1000:.2f} "
                  f"| {statistics.median(map(processor_us, group)):.1f} |")
    for kind, run in long_runs.items():
        base = long_runs[BASES.get(kind, "constant")]
        print(f"\nlong run, 256 connections, {kind}: {run['rate']:,.0f} requests/s, "
              f"{run['rate'] / base['rate']:.2f} of (a), "
              f"p99 {run['p99_us'] / 1000:.2f} ms, {run['checkpoints']:.0f} checkpoints")


if __name__ == "__main__":
    main()
