#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# usage: same_bits.sh PROGRAM GOLDEN   a program's output is the golden one, with the processor's
# fused multiply-add and without: the C library takes other ways through its functions then.
set -eu
"$1" | cmp - "$2"
GLIBC_TUNABLES=glibc.cpu.hwcaps=-AVX2_Usable,-FMA_Usable,-AVX2,-FMA,-FMA4 "$1" | cmp - "$2"
