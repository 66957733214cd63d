#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Cut drawn sheets (PGM, 8 bits) into their labels, one PGM each, as a camera has one before it.

usage: cut_labels.py LAYOUT DPI PREFIX IMAGE...       (a roll's page is one label: it is copied)
"""
import sys

# columns, rows, left, top, width, height, column gap in mm: docs/LABELS.md's sheets, by hand.
SHEETS = {
    "a4-21": (3, 7, 0, 0.1, 70, 42.4, 0),
    "a4-24": (3, 8, 0, 0.5, 70, 37, 0),
    "a4-65": (5, 13, 4.75, 10.7, 38.1, 21.2, 2.5),
    "letter-30": (3, 10, 4.7625, 12.7, 66.675, 25.4, 3.175),
}


def read(name):
    """Width, height and bytes of a binary PGM."""
    with open(name, "rb") as file:
        data = file.read()
    words, at = [], 0
    while len(words) < 4:
        end = at
        while not data[end:end + 1].isspace():
            end += 1
        words.append(data[at:end])
        at = end + 1
    assert words[0] == b"P5" and words[3] == b"255", name
    return int(words[1]), int(words[2]), memoryview(data)[at:]


def cut(page, x, y, width, height):
    """Rows of a rectangle, as far as it is on the page."""
    page_width, page_height, data = page
    width, height = min(width, page_width - x), min(height, page_height - y)
    rows = b"".join(data[(y + i) * page_width + x:(y + i) * page_width + x + width]
                    for i in range(height))
    return b"P5\n%d %d\n255\n" % (width, height) + rows


def main(layout, dpi, prefix, images):
    dots = int(dpi) / 25.4
    number = 0
    for image in images:
        page = read(image)
        boxes = [(0, 0, page[0], page[1])]
        if layout in SHEETS:
            columns, rows, left, top, width, height, gap = SHEETS[layout]
            boxes = [(int((left + column * (width + gap)) * dots), int((top + row * height) * dots),
                      int(width * dots), int(height * dots))
                     for row in range(rows) for column in range(columns)]
        for box in boxes:
            with open("%s%06d.pgm" % (prefix, number), "wb") as file:
                file.write(cut(page, *box))
            number += 1


if __name__ == "__main__":
    if len(sys.argv) < 5:
        sys.exit(__doc__)
    main(sys.argv[1], sys.argv[2], sys.argv[3], sys.argv[4:])
