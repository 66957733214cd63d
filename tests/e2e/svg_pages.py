#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Cut an SVG of many pages, one below the other, into SVGs of some pages each.

usage: svg_pages.py FILE PREFIX PAGES
"""
import re
import sys

name, prefix, step = sys.argv[1], sys.argv[2], int(sys.argv[3])
with open(name, encoding="utf-8") as file:
    text = file.read()
begin = text.index('<g transform="translate(0 0)">\n')
head, pages = text[:begin], re.findall(r'<g transform="translate\(0 \d+\)">\n.*?\n</g>\n(?=<g t|</svg>)',
                                       text[begin:], re.S)
width, height, dots_wide, dots_high = re.search(
    r'width="([\d.]+)mm" height="([\d.]+)mm" viewBox="0 0 (\d+) (\d+)"', head).groups()
high = int(dots_high) // len(pages)
for number in range(0, len(pages), step):
    some = pages[number:number + step]
    window = 'width="%smm" height="%fmm" viewBox="0 %d %s %d"' % (
        width, float(height) / len(pages) * len(some), number * high, dots_wide, high * len(some))
    with open("%s%06d.svg" % (prefix, number), "w", encoding="utf-8") as out:
        out.write(re.sub(r'width="[\d.]+mm" height="[\d.]+mm" viewBox="[^"]*"', window, head, count=1))
        out.write("".join(some) + "</svg>\n")
