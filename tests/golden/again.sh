#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Make the golden vectors anew and compare them with those in the tree.
set -eu
cd "$(dirname "$0")"
made=$(mktemp -d)
trap 'rm -rf "$made"' EXIT
node make_golden.mjs "$made"
for file in codes.json keys.json offline.json receipts.json; do
    diff "$file" "$made/$file"
done
python3 make_records.py | diff records.txt -
