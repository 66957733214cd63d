#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Start and stop the rival: nginx with Lua, and Redis that syncs its log before each answer.
#   rival.sh start DIR PORT KEYS    a fresh Redis; DIR is emptied
#   rival.sh stop DIR
set -eu
here=$(cd "$(dirname "$0")" && pwd)

stop() {
    local file pid
    for file in "$1/nginx.pid" "$1/redis.pid"; do
        [ -s "$file" ] || continue
        pid=$(cat "$file")
        kill -TERM "$pid" 2>/dev/null || true
        while kill -0 "$pid" 2>/dev/null; do sleep 0.05; done
        rm -f "$file"
    done
}

start() {
    local dir=$1 port=$2 keys=$3 user=
    rm -rf "$dir"
    mkdir -p "$dir"
    [ "$(id -u)" != 0 ] || user='user root;'
    # Persistence as strict as the verifier's: every answer waits for fdatasync. No snapshots and no
    # rewriting of the log during the run.
    redis-server --port 0 --unixsocket "$dir/redis.sock" --dir "$dir" --pidfile "$dir/redis.pid" \
        --daemonize yes --logfile "$dir/redis.log" --save '' --appendonly yes \
        --appendfsync always --auto-aof-rewrite-percentage 0 --maxclients 10000 \
        --tcp-backlog 4096 --hz 10 >/dev/null
    sed -e "s|@HERE@|$here|; s|@PORT@|$port|; s|@KEYS@|$keys|; s|@USER@|$user|" \
        -e "s|@REDIS@|$dir/redis.sock|" "$here/nginx.conf.in" >"$dir/nginx.conf"
    for _ in $(seq 100); do
        [ -S "$dir/redis.sock" ] && break
        sleep 0.05
    done
    nginx -p "$dir" -e "$dir/error.log" -c "$dir/nginx.conf"
}

case ${1:-} in
start) start "$2" "$3" "$4" ;;
stop) stop "$2" ;;
*) echo "usage: rival.sh start DIR PORT KEYS | stop DIR" >&2; exit 2 ;;
esac
