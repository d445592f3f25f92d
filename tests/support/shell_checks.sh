# SPDX-License-Identifier: Apache-2.0
# Sourced by tests of the program in a shell: `work`, a directory that is removed at the end, and
# checks. Such a test ends with: exit "$failures"
# shellcheck shell=bash disable=SC2034  # who sources it reads failures
set -u
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failures=0
check() {  # check WHAT FOUND EXPECTED
  if [ "$2" != "$3" ]; then
    echo "$1: got '$2', expected '$3'"
    failures=1
  fi
}
