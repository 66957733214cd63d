#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Draw TSPL or EPL labels as a printer would, one PBM a label; knows no code of the printer's side.

usage: raster_labels.py tspl|epl FILE WIDTH HEIGHT PREFIX      (width and height in dots)
"""
import sys


def lines(data, at, end):
    stop = data.index(end, at)
    return data[at:stop], stop + len(end)


class Page:
    def __init__(self, width, height):
        self.width, self.height = width, height
        self.rows = [0] * height  # whole numbers: bit width-1-x is dot x, 1 is dark

    def picture(self, x, y, stride, height, data):
        if x + stride * 8 > self.width + 7 + 8 or y + height > self.height or x < 0 or y < 0:
            raise ValueError("a picture of %d bytes by %d at %d,%d leaves the label" %
                             (stride, height, x, y))
        for row in range(height):
            bits = int.from_bytes(data[row * stride:(row + 1) * stride], "big")
            bits ^= (1 << stride * 8) - 1  # 0 is dark in both languages
            shift = self.width - x - stride * 8
            self.rows[y + row] |= bits << shift if shift >= 0 else bits >> -shift

    def save(self, name):
        stride = (self.width + 7) // 8
        pad = stride * 8 - self.width
        with open(name, "wb") as out:
            out.write(b"P4\n%d %d\n" % (self.width, self.height))
            for row in self.rows:
                out.write((row << pad).to_bytes(stride, "big"))


def tspl(data, width, height):
    at, page = 0, None
    while at < len(data):
        if data.startswith(b"BITMAP ", at):
            numbers = []
            at += 7
            while len(numbers) < 5:
                text, at = lines(data, at, b",")
                numbers.append(int(text))
            x, y, stride, rows, mode = numbers
            if mode != 0:
                raise ValueError("mode %d" % mode)
            page.picture(x, y, stride, rows, data[at:at + stride * rows])
            at += stride * rows
            if data[at:at + 2] != b"\r\n":
                raise ValueError("no line end after a picture at %d" % at)
            at += 2
            continue
        line, at = lines(data, at, b"\r\n")
        word = line.split(b" ")[0]
        if word == b"CLS":
            page = Page(width, height)
        elif word == b"PRINT":
            yield page
            page = None
        elif word not in (b"SIZE", b"GAP", b"DIRECTION", b"REFERENCE"):
            raise ValueError("unknown command %r" % line)


def epl(data, width, height):
    at, page = 0, None
    while at < len(data):
        if data.startswith(b"GW", at):
            numbers = []
            at += 2
            while len(numbers) < 4:
                text, at = lines(data, at, b",")
                numbers.append(int(text))
            x, y, stride, rows = numbers
            page.picture(x, y, stride, rows, data[at:at + stride * rows])
            at += stride * rows
            if data[at:at + 1] != b"\n":
                raise ValueError("no line end after a picture at %d" % at)
            at += 1
            continue
        line, at = lines(data, at, b"\n")
        if line == b"N":
            page = Page(width, height)
        elif line == b"P1":
            yield page
            page = None
        elif line[:1] not in (b"", b"q", b"Q", b"R"):
            raise ValueError("unknown command %r" % line)


def main():
    language, name, width, height, prefix = sys.argv[1:]
    with open(name, "rb") as file:
        data = file.read()
    pages = {"tspl": tspl, "epl": epl}[language](data, int(width), int(height))
    for number, page in enumerate(pages):
        page.save("%s%06d.pbm" % (prefix, number))


main()
