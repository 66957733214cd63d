#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""usage: behaviour.py SEED

Prints a behaviour for assay-market, drawn at random: how people and phones behave and how counterfeiters
sell, each assumption evenly between bounds far apart. Whoever learns from many of these learns from none.
"""
import random
import sys

BOUNDS = {
    "p_scan": (0.15, 0.6),
    "again": (0.15, 0.5),
    "household": (0.05, 0.4),
    "friend": (0.03, 0.2),
    "shared": (0.003, 0.03),
    "gift": (0.01, 0.1),
    "gift_far": (0.2, 0.8),
    "resale": (0.002, 0.03),
    "travel": (0.01, 0.08),
    "travel_abroad": (0.03, 0.3),
    "tourist": (0, 0.06),
    "commuter": (0.03, 0.35),
    "shop_scan": (0, 0.2),
    "wechat": (0.1, 0.95),
    "cookieless": (0.01, 0.2),
    "cookie_loss_soon": (0.01, 0.15),
    "cookie_loss_late": (0.05, 0.4),
    "second_device": (0.02, 0.2),
    "fixed": (0.2, 0.65),
    "stay_connected": (0.6, 0.95),
    "gps": (0.02, 0.3),
    "mobile_mid": (0.15, 0.35),
    "mobile_far": (0.05, 0.4),
    "gateway": (0.005, 0.12),
    "gateway_sure": (0.05, 0.5),
    "net_unknown": (0.02, 0.25),
    "vpn": (0.005, 0.08),
    "ring_cities": (3, 30),
    "ring_home": (0.05, 0.5),
    "ring_region": (0.05, 0.45),
    "ring_near": (0, 0.7),
    "mass_home": (0, 0.75),
    "code_weeks": (3, 16),
}
WHOLE = {"ring_cities"}


def main():
    draw = random.Random(int(sys.argv[1]))
    values = []
    for name, (low, high) in BOUNDS.items():
        value = low + (high - low) * draw.random()
        values.append(f"{name}={round(value) if name in WHOLE else round(value, 4)}")
    print(",".join(values))


if __name__ == "__main__":
    main()
