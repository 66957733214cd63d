#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Golden bytes of ledger records, a segment's header and a group, made from docs/FORMAT.md alone.

usage: make_records.py > records.txt     one line each: name, space, hex
"""
import struct


def text(value):
    data = value.encode()
    return struct.pack("<H", len(data)) + data


def record(kind, body, version=1):
    body += bytes(-(8 + len(body)) % 8)
    return struct.pack("<BBHI", kind, version, 8 + len(body), 0) + body


def counted(first, length):
    return bytes((first + i) % 256 for i in range(length))


AT = 1793000000123
HANDLE = 0x2A5F00D1
ITEM = HANDLE << 26 | 0x123456

RECORDS = {
    "scan": (1, struct.pack("<Qq", ITEM, AT) + counted(0x10, 16)
             + struct.pack("<QQIII", 0x0102030405060708, 0x4040, 7, 9, 2 | 32)
             + struct.pack("<hhHBBHBBi", -334, 1512, 25, 10, 1, 3, 1, 2, -5000)
             + struct.pack("<HBBHHI", 40000, 2, 0, 30000, 0, 0)),
    "place": (2, struct.pack("<I", 9) + text("CN") + text("CN-GD") + text("深圳")),
    "brand": (3, struct.pack("<qh", AT, -210) + text("uid 0 (root)") + text("Brand")
              + text("品牌") + text("https://v.brand.cn")),
    "product": (4, struct.pack("<qHHB", AT, 3, 2, 1) + text("token ci") + text("YB-10400")
                + text("06901234567892") + text("移动电源") + text("Power bank")
                + text("https://v.brand.cn/p.png")),
    "batch": (5, struct.pack("<qqIIIIi", AT, AT - 1, HANDLE, 2, 1 << 24, 3, -(1 << 31))
              + text("a") + text("YB-10400") + text("L-2026/11") + text("CN")),
    "move": (6, struct.pack("<qIIIB", AT, HANDLE, 5, 1000, 3) + text("uid 1000 (anna)")
             + text("电池过热")),
    "manifest": (7, struct.pack("<qIIII", AT, HANDLE, 0, 999, 998) + counted(0x80, 32) + text("b")),
    "site": (8, struct.pack("<q", AT) + counted(1, 32) + b"\x01" + text("c") + text("press-1")),
    "token": (9, struct.pack("<q", AT) + counted(2, 32) + struct.pack("<IB", 5, 0) + text("")
              + text("erp")),
    "claim": (10, struct.pack("<qQ", AT, ITEM) + counted(3, 16) + counted(4, 32)
              + struct.pack("<ii", 20700, 20850)),
    "find": (11, struct.pack("<qQ", AT, ITEM)),
    "report": (12, struct.pack("<qQ", AT, 0) + counted(5, 16) + counted(6, 32)
               + struct.pack("<I", 77)),
    "summary": (13, struct.pack("<qII", AT, 2, 0) + struct.pack("<QIIII", 0, 9, 1000000, 1, 0)
                + struct.pack("<QIIII", ITEM, 0, 3, 10, 0)),
    "job": (14, struct.pack("<qIHBB", AT, HANDLE, 2, 1, 0) + counted(7, 16) + counted(8, 32)
            + struct.pack("<IIII", 3, 5, 900, 900) + text("uid 0 (root)") + text("plant")
            + text("HP Indigo 2") + text("墨水不足")),
    "spoil": (15, struct.pack("<qIII", AT, HANDLE, 3, 5) + text("d") + text("smeared")),
    "honey": (16, struct.pack("<qIII", AT, HANDLE, 16777000, 16777215) + text("e")
              + text("press-copy.csv")),
    "alert": (17, struct.pack("<qQB", AT, ITEM, 1) + text("plant") + text("HP Indigo 2")
              + text("")),
    # One run of 3, two of one: gap << 1 | longer, then length - 2.
    "carton": (20, struct.pack("<qQIIB", AT, 69012340000000009, 3, 500, 1) + text("uid 0 (root)")),
    "pack": (21, struct.pack("<QIIIH", 69012340000000009, 3, HANDLE, 5, 5)
             + bytes([5 << 1 | 1, 1, 10 << 1, 0xD8, 0x04])),
    "packed": (22, struct.pack("<qIII", AT, 7, 140, 2) + struct.pack("<QI", 0x4040, 6)
               + struct.pack("<QI", 0x8080, 1) + text("uid 0 (root)")),
    "carton_move": (23, struct.pack("<qIB", AT, 3, 0) + text("f") + text("深圳 12 店")),
    "prefix": (24, struct.pack("<q", AT) + text("g") + text("6901234")),
    "reference": (26, counted(0x20, 16) + struct.pack("<IIH", HANDLE, 5, 5)
                  + bytes([5 << 1 | 1, 1, 10 << 1, 0xD8, 0x04])),
    "sales": (27, counted(0x20, 16) + struct.pack("<IiQ", 2, 20458, 1200) + text("YB-10400")
              + text("CN") + text("CN-GD") + struct.pack("<iQ", 20465, 7) + text("YB-10400")
              + text("DE") + text("")),
    "purchase": (28, counted(0x20, 16) + struct.pack("<IqQB", 2, AT, ITEM, 0) + text("YB-10400")
                 + text("CN") + text("CN-GD") + struct.pack("<qQB", AT + 1, 0, 1)
                 + text("YB-10400") + text("DE") + text("")),
    "import": (29, struct.pack("<qBB", AT, 3, 1) + counted(0x20, 16) + counted(0x30, 16)
               + counted(0x40, 32) + struct.pack("<QQ", 400, 0x4040) + text("uid 0 (root)")),
    "plan": (33, counted(0x20, 16) + struct.pack("<QIII", 5, 40, 1, 2)
             + struct.pack("<QI", 61964, 3) + text("YB-10400") + text("CN") + text("CN-JS")
             + struct.pack("<QI", 9, 0) + text("") + text("") + text("")),
    "history": (34, struct.pack("<qQQQ", AT, 0x4040, 1000, 70000) + bytes(range(0x40, 0x60))
                + struct.pack("<II", 256, 2) + struct.pack("<BBBBi", 3, 1, 0, 0, 0)
                + struct.pack("<BBBBi", 255, 255, 1, 0, -1024) + text("uid 0 (root)")),
    "alert_2": (17, struct.pack("<qQBB2sI6sHiIqq", AT, 0, 5, 0, b"DE", HANDLE, b"", 0, 20700, 0, 300,
                                205) + text("YB-10400") + text("diversion") + text("") + text("")
                + text(""), 2),
    "alert_state": (30, struct.pack("<qQB", AT, 0x4040, 2) + text("token ci") + text("自查")),
    "rules": (31, struct.pack("<qBBBBIIIQQQQ", AT, 0, 6, 1, 1, 1, 50, 0, 250000, 1, 2, 3)
              + text("uid 0 (root)") + text("pin-attack-country") + text("YB-10400")),
    "webhook": (32, struct.pack("<q", AT) + counted(0x30, 16) + struct.pack("<IB", 0xfe, 0)
                + text("i") + text("ops") + text("https://hooks.brand.cn/a")),
    "webhook_rotated": (32, struct.pack("<q", AT) + counted(0x50, 16) + struct.pack("<IB", 0xfe, 2)
                        + text("i") + text("ops") + text("https://hooks.brand.cn/a")
                        + struct.pack("<Q", 0x4040) + counted(0x30, 16)
                        + struct.pack("<q", AT + 86400000)),
    "calibration": (25, struct.pack("<qI", AT, 24) + text("h") + counted(9, 24)),
}


def crc32c(data, crc=0):
    crc ^= 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


LEDGER_ID = counted(0xA0, 16)
SEGMENT_BYTES = 1 << 20


def segment_header():
    head = b"ASSAYSEG" + struct.pack("<II", 1, 4096) + LEDGER_ID
    head += struct.pack("<QQq", 3, SEGMENT_BYTES, AT)
    head += bytes(4092 - len(head))
    return head + struct.pack("<I", crc32c(head))


def group(payload):
    head = b"AGRP" + struct.pack("<III", len(payload), 2, 0x11223344)
    head += struct.pack("<QQQQQ", 12, 345, 3 * SEGMENT_BYTES + 4096, 3 * SEGMENT_BYTES + 4160, 0)
    head += struct.pack("<I", 0)
    crc = crc32c(head + payload, crc32c(LEDGER_ID))
    return head + struct.pack("<I", crc) + payload


def main():
    encoded = {name: record(*fields) for name, fields in RECORDS.items()}
    for name, data in encoded.items():
        print(name, data.hex())
    print("segment_header", segment_header().hex())
    print("group", group(encoded["find"] + encoded["scan"]).hex())


main()
