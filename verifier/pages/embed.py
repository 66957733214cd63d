#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The page's static files as C: each one plain and gzip -9, named by its content's hash.

usage: embed.py OUT.inc FILE...
"""
import gzip
import hashlib
import os
import sys

TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}


def array(name, data):
    """A C array of bytes."""
    lines = [", ".join(f"0x{byte:02x}" for byte in data[at:at + 16])
             for at in range(0, len(data), 16)]
    return f"static const uint8_t {name}[] = {{\n    " + ",\n    ".join(lines) + "};\n"


def main():
    """Write the arrays, a macro with each file's path, and the rows of the table."""
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    macros, arrays, rows = [], [], []
    for path in sys.argv[2:]:
        with open(path, "rb") as file:
            plain = file.read()
        base, extension = os.path.splitext(os.path.basename(path))
        # No time and no name inside, so that the same file gives the same bytes.
        packed = gzip.compress(plain, 9, mtime=0)
        url = f"/assets/{base}-{hashlib.sha256(plain).hexdigest()[:12]}{extension}"
        word = f"{base}_{extension[1:]}"
        macros.append(f'#define ASSET_{word.upper()} "{url}"\n')
        arrays += [array(f"{word}_plain", plain), array(f"{word}_gzip", packed)]
        rows.append(f"    {{ASSET_{word.upper()}, \"{TYPES[extension]}\",\n"
                    f"     {{{word}_plain, sizeof {word}_plain}},\n"
                    f"     {{{word}_gzip, sizeof {word}_gzip}},\n     {{NULL, 0}}}},\n")
    table = "static const struct assay_asset assets[] = {\n" + "".join(rows) + "};\n"
    with open(sys.argv[1], "w", encoding="utf-8") as file:
        file.write("".join(macros) + "".join(arrays) + table)


if __name__ == "__main__":
    main()
