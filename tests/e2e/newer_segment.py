#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Make a ledger's segment one of a newer version: its version is raised, its header sealed anew.

usage: newer_segment.py SEGMENT
"""
import struct
import sys

HEADER_LEN = 4096
VERSION_AT = 8  # after the magic


def crc32c(data):
    """CRC-32C, bit by bit (RFC 3720, B.4)."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


def main():
    """Change the file that is named."""
    with open(sys.argv[1], "r+b") as file:
        header = bytearray(file.read(HEADER_LEN))
        sealed, = struct.unpack_from("<I", header, HEADER_LEN - 4)
        if sealed != crc32c(header[:-4]):
            sys.exit("the header's CRC is not where this script looks for it")
        version, = struct.unpack_from("<I", header, VERSION_AT)
        struct.pack_into("<I", header, VERSION_AT, version + 1)
        struct.pack_into("<I", header, HEADER_LEN - 4, crc32c(header[:-4]))
        file.seek(0)
        file.write(header)


if __name__ == "__main__":
    main()
