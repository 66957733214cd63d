#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Kill the verifier under load, again and again, and check that it kept what it promised.

usage: history.py BUILD ROUNDS [SEED]

BUILD is a build folder with all programs; files go to BUILD/history. In each round the verifier is
killed with SIGKILL at a random moment and started again on the same data directory, while
history_load posts scans on many connections. Then history_check.py reads the whole history, and
assay-batch check the data directory. Exit 1 if anything is not as it must be.
"""
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
CONNECTIONS = 48
ITEMS_A_ROUND = 6000
ITEMS_MAX = 1200000
# A small overlay and frequent checkpoints, so that kills fall into checkpoints too.
SETTINGS = """store:
  overlay_items: 16384
  checkpoint_interval_ms: 200
"""


def free_port():
    """A port nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Trial:
    """One run: its folder, its programs, its brand."""

    def __init__(self, build, rounds):
        self.build = os.path.abspath(build)
        self.folder = os.path.join(self.build, "history")
        self.rounds = rounds
        self.port, self.ops_port = free_port(), free_port()
        self.environment = dict(os.environ, ASSAY_PASSPHRASE="history test passphrase")
        self.ready_seconds = []
        shutil.rmtree(self.folder, ignore_errors=True)
        os.makedirs(self.folder)
        with open(self.path("verifier.yaml"), "w", encoding="ascii") as file:
            file.write(SETTINGS)

    def path(self, name):
        """A file of the run."""
        return os.path.join(self.folder, name)

    def run(self, program, *arguments):
        """Run a program to its end; its output; ends the test if it fails."""
        result = subprocess.run([os.path.join(self.build, program), *arguments], text=True,
                                env=self.environment, capture_output=True, check=False)
        if result.returncode != 0:
            sys.exit(f"history: {program} {' '.join(arguments)}: {result.stderr.strip()}")
        return result.stdout

    def batch_tool(self, *arguments):
        """Run assay-batch."""
        return self.run("batch-tools/assay-batch", *arguments)

    def make_brand(self):
        """A data directory with one active batch with PINs; writes CODES for the load."""
        data = self.path("data")
        count = min(ITEMS_MAX, ITEMS_A_ROUND * self.rounds)
        self.batch_tool("init", data, "--brand", "History", "--host",
                        f"http://127.0.0.1:{self.port}")
        self.batch_tool("product", "add", "--data", data, "--sku", "H1", "--gtin",
                        "06901234567892", "--name", "测试|Test", "--warranty-months", "3")
        self.batch_tool("batch", "create", "--data", data, "--sku", "H1", "--count", str(count),
                        "--lot", "L1", "--pin", "--out", self.path("order.json"))
        self.run("codegen/assay-codegen", "--order", self.path("order.json"), "--keys",
                 os.path.join(data, "keys"), "--format", "csv", "--out", self.path("labels"))
        self.batch_tool("manifest", "import", self.path("labels/manifest.json"), "--data", data)
        handle = self.write_codes()
        self.batch_tool("batch", "activate", handle, "--data", data)

    def write_codes(self):
        """CODE PIN lines from codegen's CSV; the batch's handle."""
        names = [name for name in os.listdir(self.path("labels")) if name.endswith(".csv")]
        code = ""
        with open(self.path("codes"), "w", encoding="ascii") as codes:
            for name in sorted(names):
                with open(os.path.join(self.path("labels"), name), encoding="utf-8") as rows:
                    head = next(rows).rstrip("\r\n").split(",")
                    at_code, at_pin = head.index("code"), head.index("pin")
                    for row in rows:
                        fields = row.rstrip("\r\n").split(",")
                        code = fields[at_code]
                        codes.write(f"{code} {fields[at_pin]}\n")
        return code[1:7]

    def start_verifier(self):
        """Start it and wait until it says that it is ready."""
        started = time.monotonic()
        with open(self.path("verifier.log"), "ab") as log:
            verifier = subprocess.Popen(
                [os.path.join(self.build, "verifier/assay-verifier"), "--data", self.path("data"),
                 "--listen", f"127.0.0.1:{self.port}", "--ops-listen",
                 f"127.0.0.1:{self.ops_port}", "--config", self.path("verifier.yaml")],
                env=self.environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        while time.monotonic() - started < 30:
            if verifier.poll() is not None:
                sys.exit(f"history: the verifier ended by itself; see {self.path('verifier.log')}")
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{self.ops_port}/readyz", timeout=5):
                    self.ready_seconds.append(time.monotonic() - started)
                    return verifier
            except (urllib.error.URLError, OSError):
                time.sleep(0.02)
        verifier.kill()
        sys.exit("history: the verifier was not ready within 30 s")

    def kill_rounds(self):
        """Load, kill, start again; leaves the history complete."""
        verifier = self.start_verifier()
        load = subprocess.Popen([os.path.join(self.build, "tests/e2e/history_load"),
                                 str(self.port), str(CONNECTIONS), self.path("codes"),
                                 self.path("history")])
        try:
            for _ in range(self.rounds):
                time.sleep(random.uniform(0.2, 2.0))
                if load.poll() is not None:
                    sys.exit("history: the load ended by itself")
                verifier.kill()
                verifier.wait()
                verifier = self.start_verifier()
            time.sleep(0.5)
            load.send_signal(signal.SIGTERM)
            if load.wait(timeout=600) != 0:
                sys.exit("history: the load failed")
            verifier.send_signal(signal.SIGTERM)
            if verifier.wait(timeout=60) != 0:
                sys.exit(f"history: the verifier ended with {verifier.returncode} after SIGTERM")
        finally:
            for process in (load, verifier):
                if process.poll() is None:
                    process.kill()
                    process.wait()


def main():
    """One run."""
    if len(sys.argv) not in (3, 4) or not sys.argv[2].isdigit() or int(sys.argv[2]) < 1:
        sys.exit(__doc__)
    seed = int(sys.argv[3]) if len(sys.argv) == 4 else random.randrange(1 << 30)
    random.seed(seed)
    trial = Trial(sys.argv[1], int(sys.argv[2]))
    trial.make_brand()
    trial.kill_rounds()
    print(f"{trial.rounds} kills (seed {seed}); ready again after at most "
          f"{max(trial.ready_seconds):.2f} s", flush=True)
    trial.batch_tool("check", "--data", trial.path("data"))
    result = subprocess.run([sys.executable, "-B", os.path.join(HERE, "history_check.py"),
                             trial.path("history")], check=False)
    sys.exit(result.returncode)


if __name__ == "__main__":
    main()
