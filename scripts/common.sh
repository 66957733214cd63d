# SPDX-License-Identifier: Apache-2.0
# Sourced by the commands of ./dev; the working directory is the tree's root.
set -eu

say() {
    printf '== %s\n' "$*"
}

die() {
    printf 'dev: %s\n' "$*" >&2
    exit 1
}

# Print the text of the calling script's head comment, from "usage:" on, and leave.
help_and_exit() {
    sed -n '/^# usage:/,/^[^#]/{/^#/s/^# \{0,1\}//p}' "$0"
    exit "${1:-0}"
}

unknown_option() {
    echo "dev: unknown option \"$1\"" >&2
    help_and_exit 2 >&2
}

as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    elif ! command -v sudo >/dev/null; then
        die "needs root for: $* (and there is no sudo)"
    elif [ -t 0 ]; then
        sudo "$@"
    else
        sudo -n "$@" || die "needs root for: $* (sudo would ask for a password)"
    fi
}

# True if a package is installed, or if what it is for is there from elsewhere.
package_present() {
    case $1 in
    nodejs) command -v node >/dev/null && return 0 ;;
    npm) command -v npm >/dev/null && return 0 ;;
    esac
    [ "$(dpkg-query -W -f '${db:Status-Status}\n' "$1" 2>/dev/null | head -n 1)" = installed ]
}

# Services of freshly installed packages are not started: only their programs are wanted.
apt_install() {
    local policy=/usr/sbin/policy-rc.d made=no status=0
    if [ ! -e "$policy" ]; then
        printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" >/dev/null
        as_root chmod 755 "$policy"
        made=yes
    fi
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -o Dpkg::Use-Pty=0 -q update || status=$?
    if [ $status = 0 ]; then
        as_root env DEBIAN_FRONTEND=noninteractive apt-get -o Dpkg::Use-Pty=0 -q -y \
            --no-install-recommends install "$@" || status=$?
    fi
    [ $made = no ] || as_root rm -f "$policy"
    return $status
}

# packages LIST... : install what is missing of packages/debian-LIST.txt
packages() {
    local list name missing=()
    command -v dpkg-query >/dev/null || die "this is not Debian; see packages/*.txt for what is needed"
    for list in "$@"; do
        while read -r name; do
            package_present "$name" || missing+=("$name")
        done <"packages/debian-$list.txt"
    done
    [ ${#missing[@]} = 0 ] && return 0
    say "installing: ${missing[*]}"
    apt_install "${missing[@]}" </dev/null || die "apt-get could not install: ${missing[*]}"
}

# npm_ci DIR: install DIR/package-lock.json unless that very file was installed before
npm_ci() {
    local stamp="$1/node_modules/.assay-lock"
    cmp -s "$1/package-lock.json" "$stamp" && return 0
    say "npm packages of $1/package.json"
    (cd "$1" && npm ci --no-audit --no-fund --ignore-scripts --loglevel=error </dev/null) || return 1
    cp "$1/package-lock.json" "$stamp"
}

# build PRESET...: with the options of configure_with, if any
configure_with=()
build() {
    local preset
    for preset in "$@"; do
        say "build $preset"
        cmake --preset "$preset" "${configure_with[@]}" >"build-$preset.log" 2>&1 ||
            { cat "build-$preset.log" >&2; rm -f "build-$preset.log"; die "configuring $preset failed"; }
        rm -f "build-$preset.log"
        cmake --build --preset "$preset" -- --quiet || die "building $preset failed"
    done
}

# True if something listens on this address and port.
port_taken() {
    (exec 3<>"/dev/tcp/$1/$2") 2>/dev/null
}

# free_port ADDRESS FIRST: the first port from FIRST on that nobody listens on
free_port() {
    local port=$2
    while port_taken "$1" "$port"; do
        port=$((port + 1))
        [ "$port" -lt 65536 ] || die "no free port from $2 on"
    done
    echo "$port"
}

# True if the process of this pid file lives and is the program of this name.
pid_alive() {
    local pid
    [ -s "$1" ] || return 1
    pid=$(cat "$1")
    [ "$(cat "/proc/$pid/comm" 2>/dev/null)" = "$2" ]
}
