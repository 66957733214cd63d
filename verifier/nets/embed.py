#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Lists of networks as C texts, one array a file, named by the file.

usage: embed.py OUT.inc FILE...
"""
import os
import sys


def main():
    """Write each file as an array of bytes without its comments."""
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    with open(sys.argv[1], "w", encoding="ascii") as out:
        for path in sys.argv[2:]:
            name = os.path.splitext(os.path.basename(path))[0]
            with open(path, encoding="utf-8") as file:
                words = [line.split("#")[0].strip() for line in file]
            out.write(f"static const char {name}_text[] =\n")
            out.writelines(f'    "{word}\\n"\n' for word in words if word)
            out.write("    ;\n")


if __name__ == "__main__":
    main()
