# SPDX-License-Identifier: Apache-2.0
# What tests of labels have in common; sourced with the paths of assay-batch and assay-codegen:
#   . "$(dirname "$0")/labels_common.sh"
# Makes a folder of its own for the test, which goes on in it and is removed with it.
set -u
batch=$(realpath "$1")
codegen=$(realpath "$2")
here=$(realpath "$(dirname "${BASH_SOURCE[0]}")")
work=$(mktemp -d /tmp/assay-labels-XXXXXX)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
export ASSAY_PASSPHRASE=correct-horse
failures=0

complain() {
    echo "FAILED: $*" >&2
    failures=$((failures + 1))
}

# office COMMAND...: assay-batch must exit 0; what it says is in out
office() {
    "$batch" "$@" --data data >out 2>err </dev/null || complain "$* exited $?: $(cat err)"
}

# makes ARGUMENTS...: assay-codegen must exit 0 with nothing on stderr
makes() {
    "$codegen" "$@" >out 2>err </dev/null || complain "codegen $* exited $?: $(cat err)"
    [ ! -s err ] || complain "codegen $* wrote to stderr: $(cat err)"
}

# print_ OUT ARGUMENTS...: labels of ${order:-order.json}, made as above
print_() {
    local out=$1
    shift
    makes --order "${order:-order.json}" --keys data/keys --out "$out" "$@"
}

# refused STATUS WORDS ARGUMENTS...: assay-codegen must exit so, with one line (or ${lines}) on stderr,
# the last of which holds the words
refused() {
    local wanted=$1 words=$2
    shift 2
    "$codegen" "$@" >out 2>err </dev/null
    local status=$?
    [ "$status" = "$wanted" ] || complain "codegen $* exited $status, not $wanted: $(cat err)"
    [ "$(wc -l <err)" = "${lines:-1}" ] || complain "codegen $* wrote $(wc -l <err) lines: $(cat err)"
    grep -qF -- "$words" err || complain "codegen $* did not say \"$words\": $(cat err)"
}

# urls CSV...: what the labels must say, sorted
urls() {
    cat "$@" | tr -d '\r' | awk -F, '$1 != "code" { print $3 }' | sort
}

# read_codes IMAGE...: what zbarimg reads, sorted
read_codes() {
    zbarimg -q --raw -Sdisable -Sqrcode.enable "$@" 2>/dev/null | sort
}
