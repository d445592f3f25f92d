#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# No library that the program is linked with begins threads of its own: neither where there is no
# address space for them, in which some wait for it forever, nor elsewhere.
# usage: small_memory_test.sh MEMPLACE
# shellcheck source=tests/support/shell_checks.sh
source "$(dirname "${BASH_SOURCE[0]}")/../../support/shell_checks.sh" || exit 1
memplace=$1

# The libraries' own text and data are some 130 MB of it.
in_200_mb() {  # in_200_mb ARGUMENT...
  (ulimit -v 200000 && exec timeout 60 "$memplace" "$@")
}
in_200_mb --version >"$work/version"
check "exit code of --version" "$?" 0
check "version" "$(cut -d ' ' -f 1 "$work/version")" memplace
in_200_mb simulate resnet50 --format json >"$work/small.json"
check "exit code of simulate" "$?" 0
"$memplace" simulate resnet50 --format json >"$work/large.json"
check "results" "$(cmp "$work/small.json" "$work/large.json" && echo same)" same

# A report that is longer than a pipe holds keeps the writer where it can be looked at.
mkfifo "$work/pipe"
"$memplace" simulate bert-large --format json >"$work/pipe" &
writer=$!
exec 3<"$work/pipe"
for _ in $(seq 100); do
  case $(cat "/proc/$writer/wchan" 2>/dev/null) in *pipe*) break ;; esac
  sleep 0.02
done
check "threads of simulate" "$(find "/proc/$writer/task" -mindepth 1 -maxdepth 1 | wc -l)" 1
kill "$writer"
exec 3<&-
exit "$failures"
