#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A program whose event model frees output slots too early: simulate --model both exits with 1 and
# says where the models differ.
# usage: cli_test.sh PROGRAM
set -uo pipefail
program=$1
for command in "simulate resnet50" "optimize resnet50 --budget 3" \
  "compare all:dram heuristic:native --workload resnet50"; do
  # shellcheck disable=SC2086
  said=$("$program" $command --model both 2>&1 >/dev/null)
  code=$?
  [ "$code" = 1 ] || { echo "$command: exit code $code, expected 1: $said"; exit 1; }
  grep -q '^event and systemc differ at [0-9.]* ns: ' <<<"$said" ||
    { echo "$command: says nothing of a difference: $said"; exit 1; }
  grep -q '^event, around it:$' <<<"$said" && grep -q '^systemc, around it:$' <<<"$said" ||
    { echo "$command: does not show what happened around it: $said"; exit 1; }
done
