#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# usage: modules.sh        (run by the build) npm packages of package-lock.json, unless they are there
set -eu
cd "$(dirname "$0")"
stamp=node_modules/.assay-lock

# Several builds of one tree take turns.
exec 9>.modules-lock
flock 9
if cmp -s package-lock.json "$stamp"; then
    exit 0
fi
if ! npm ci --no-audit --no-fund --ignore-scripts --loglevel=error </dev/null; then
    echo "The dashboard's npm packages could not be installed (verifier/dashboard/package.json)." >&2
    echo "With a network, build again; without a dashboard: cmake -DASSAY_DASHBOARD=OFF" >&2
    exit 1
fi
cp package-lock.json "$stamp"
