#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The program among others: results alone on stdout, and no noise when a reader leaves early.
# usage: piping_test.sh MEMPLACE
# shellcheck source=tests/support/shell_checks.sh
source "$(dirname "${BASH_SOURCE[0]}")/../../support/shell_checks.sh" || exit 1
memplace=$1

# The report is longer than a pipe holds, so the writer meets the closed pipe: it dies of SIGPIPE
# (141) or had finished (0), and says nothing.
for i in 1 2 3; do
  "$memplace" simulate bert-large --format json 2>"$work/err" | head -n 1 >"$work/out"
  code=${PIPESTATUS[0]}
  check "first line" "$(cat "$work/out")" "{"
  check "stderr" "$(cat "$work/err")" ""
  [ "$code" = 0 ] || check "exit code" "$code" 141
done

# Progress does not mix with results.
"$memplace" optimize mobilenet-v2 --budget 10 --format json 2>"$work/err" >"$work/out"
check "exit code" "$?" 0
check "first character" "$(head -c 1 "$work/out")" "{"
check "last character" "$(tail -n 1 "$work/out")" "}"
[ -s "$work/err" ] || check "progress" "" "some lines"

# "-" is standard input or output wherever a file is taken.
net=$work/net.yaml
if "$memplace" export mobilenet-v2 --onnx "$work/net.onnx" >/dev/null 2>&1; then
  "$memplace" import "$work/net.onnx" -o "$net" >/dev/null
  "$memplace" import - -o - <"$work/net.onnx" >"$work/piped.yaml" 2>"$work/err"
  check "imported" "$(cat "$work/piped.yaml")" "$(cat "$net")"
  "$memplace" simulate - --format csv <"$net" >"$work/out"
  check "a network from a pipe" "$(cat "$work/out")" "$("$memplace" simulate "$net" --format csv)"
fi
"$memplace" simulate mobilenet-v2 --save-mapping - --output "$work/report" >"$work/mapping.yaml"
check "a mapping to a pipe" "$("$memplace" simulate mobilenet-v2 --mapping - --format csv \
  <"$work/mapping.yaml")" "$("$memplace" simulate mobilenet-v2 --format csv)"
printf 'id,lower,upper,size\na,0,3,4\n' | "$memplace" allocate - --minimize -o - >"$work/out" 2>/dev/null
check "buffers through pipes" "$(cat "$work/out")" $'id,lower,upper,size,offset\na,0,3,4,0'
# What is there already stays where standard output is a file that is added to.
echo before >"$work/out"
"$memplace" simulate mobilenet-v2 --save-mapping - --output "$work/report" >>"$work/out"
check "added to a file" "$(head -n 1 "$work/out")" before

# A full disk is reported, not ignored.
"$memplace" list chips >/dev/full 2>"$work/err"
check "exit code of a full disk" "$?" 2
check "message" "$(cat "$work/err")" "standard output: cannot write all of the result"
exit "$failures"
