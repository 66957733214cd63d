#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Check a history of scans against what the service promises, whatever kills came between.

usage: history_check.py HISTORY

A line for each request (see history_load.c):
    serial item kind start_ns end_ns status verdict number at first_at
Lines of one serial are one scan: posted again with the same scan_id. Prints what was found, and
every broken promise; exit 1 if there is one.
"""
import sys
from collections import defaultdict

GOOD = {"P": {"genuine", "genuine_seen", "suspect"},
        "F": {"genuine", "genuine_seen", "suspect"},
        "R": {"confirmed", "suspect"},
        "W": {"pin_wrong"}}
SHOWN = 20


class Answer:
    """One answered request."""

    __slots__ = ("start", "end", "verdict", "number", "at", "first_at")

    def __init__(self, fields):
        self.start, self.end = int(fields[3]), int(fields[4])
        self.verdict, self.number = fields[6], int(fields[7])
        self.at, self.first_at = fields[8], fields[9]


class Scan:
    """One scan of one item: its first start, and all its answers."""

    __slots__ = ("serial", "kind", "start", "answers", "lost")

    def __init__(self, serial, kind):
        self.serial, self.kind = serial, kind
        self.start, self.answers, self.lost = None, [], 0

    def add(self, fields):
        """Take one request of the scan."""
        start = int(fields[3])
        self.start = start if self.start is None else min(self.start, start)
        if fields[5] == "200":
            self.answers.append(Answer(fields))
        elif fields[5] == "0":
            self.lost += 1

    @property
    def number(self):
        """Its number, from the first answer."""
        return self.answers[0].number

    @property
    def acknowledged(self):
        """When its first answer had arrived."""
        return min(answer.end for answer in self.answers)


def read(lines):
    """item -> serial -> Scan. A malformed line is an error, not a breach."""
    items = defaultdict(dict)
    owner = {}
    for line in lines:
        fields = line.split()
        if len(fields) != 10 or fields[2] not in GOOD:
            raise ValueError(f"not a line of a history: {line!r}")
        serial, item = int(fields[0]), int(fields[1])
        if owner.setdefault(serial, item) != item:
            raise ValueError(f"scan {serial} is of two items")
        scan = items[item].setdefault(serial, Scan(serial, fields[2]))
        if scan.kind != fields[2]:
            raise ValueError(f"scan {serial} is of two kinds")
        scan.add(fields)
    return items


def check_answers(scan):
    """Each scan has an answer, of a kind it may have; retries are told the same.

    A PIN is decided and recorded each time it is posted: its number stays, its time does not.
    """
    if not scan.answers:
        yield f"scan {scan.serial} was never answered"
        return
    first = scan.answers[0]
    for answer in scan.answers:
        if answer.verdict not in GOOD[scan.kind]:
            yield f"scan {scan.serial} (kind {scan.kind}) was answered {answer.verdict}"
        if answer.number != first.number:
            yield f"scan {scan.serial} was number {first.number}, then {answer.number}"
        if answer.at != first.at and scan.kind in "PF":
            yield f"scan {scan.serial} was at {first.at}, then at {answer.at}"
        if answer.verdict == "genuine" and answer.number != 1:
            yield f"scan {scan.serial} is number {answer.number} and yet called a first scan"
        if answer.verdict == "genuine_seen" and answer.number == 1:
            yield f"scan {scan.serial} is number 1 and yet called a later scan"


def check_numbers(scans):
    """One first scan; every scan a number of its own, from 1 without a gap."""
    by_number = {}
    for scan in scans:
        other = by_number.setdefault(scan.number, scan)
        if other is not scan:
            yield f"scans {other.serial} and {scan.serial} are both number {scan.number}"
    highest = max(by_number)
    if min(by_number) < 1 or highest != len(by_number):
        missing = sorted(set(range(1, highest + 1)) - set(by_number))
        yield f"numbers up to {highest} for {len(by_number)} scans; missing {missing[:5]}"


def check_first(scans):
    """Every answer tells of the same first scan: the one that has number 1."""
    told = {answer.first_at for scan in scans for answer in scan.answers
            if answer.number > 1 or answer.first_at != "-"}
    told |= {scan.answers[0].at for scan in scans if scan.number == 1 and scan.kind in "PF"}
    if len(told) > 1:
        yield f"answers tell of different first scans: {sorted(told)}"


def check_order(scans):
    """A scan that began after another one's answer had arrived has a higher number."""
    by_end = sorted(scans, key=lambda scan: scan.acknowledged)
    highest, at = None, 0
    for scan in sorted(scans, key=lambda scan: scan.start):
        while at < len(by_end) and by_end[at].acknowledged < scan.start:
            if highest is None or by_end[at].number > highest.number:
                highest = by_end[at]
            at += 1
        if highest is not None and highest.serial != scan.serial \
                and scan.number <= highest.number:
            yield (f"scan {scan.serial} got number {scan.number} after scan {highest.serial} "
                   f"had been told {highest.number}")


def check_confirmation(scans):
    """At most one confirmation; once a right PIN was answered, exactly one; never taken back."""
    right = [scan for scan in scans if scan.kind == "R"]
    told = [scan for scan in right if any(a.verdict == "confirmed" for a in scan.answers)]
    if len(told) > 1:
        yield f"scans {[scan.serial for scan in told]} are all confirmations"
    if right and not told:
        yield f"scans {[scan.serial for scan in right]} have the right PIN; none is confirmed"
    for scan in told:
        if any(answer.verdict != "confirmed" for answer in scan.answers):
            yield f"scan {scan.serial} was confirmed, then {scan.answers[-1].verdict}"


def check_last_round(scans):
    """Every item was scanned once more at the end, so that a loss would show."""
    if not any(scan.kind == "F" and scan.answers for scan in scans):
        yield "the item was not scanned in the last round"


def breaches(items):
    """(item, text) of every broken promise."""
    for item, by_serial in sorted(items.items()):
        scans = list(by_serial.values())
        found = [text for scan in scans for text in check_answers(scan)]
        scans = [scan for scan in scans if scan.answers]
        found += check_last_round(scans)
        if scans:
            for check in (check_numbers, check_first, check_order, check_confirmation):
                found += check(scans)
        for text in found:
            yield item, text


def summary(items):
    """One line of what the history holds."""
    scans = [scan for by_serial in items.values() for scan in by_serial.values()]
    retried = sum(len(scan.answers) - 1 for scan in scans if scan.answers)
    lost = sum(scan.lost for scan in scans)
    rights = sum(scan.kind == "R" for scan in scans)
    return (f"{len(items)} items, {len(scans)} scans, {retried} retries, {rights} right PINs, "
            f"{lost} requests without an answer")


def main():
    """Check a file."""
    if len(sys.argv) != 2 or sys.argv[1].startswith("-"):
        sys.exit(__doc__)
    with open(sys.argv[1], encoding="ascii") as file:
        items = read(file)
    if not items:
        sys.exit("history_check: the history is empty")
    print(summary(items))
    found = list(breaches(items))
    for item, text in found[:SHOWN]:
        print(f"item {item}: {text}")
    print(f"{len(found)} broken promises")
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
