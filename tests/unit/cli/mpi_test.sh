#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The program on several ranks: the same files as alone, whatever happens to ranks.
# usage: mpi_test.sh CASE MEMPLACE MPIRUN SOURCE_DIR
# shellcheck source=tests/support/shell_checks.sh
source "$(dirname "${BASH_SOURCE[0]}")/../../support/shell_checks.sh" || exit 1
test_case=$1 memplace=$2 mpirun=$3 source=$4
cd "$work" || exit 1
same() {  # same DIR DIR: the same files, byte for byte
  diff -r "$1" "$2" >differences || { head -c 2000 differences; failures=1; }
}

# The environment says what Open MPI is to put up with: tests/unit/CMakeLists.txt.
ranks() {  # ranks N ARGS...
  "$mpirun" -n "$1" "$memplace" "${@:2}"
}

# Enough points to be met in the middle; the searches are chains, warm along the last axis.
cat >long.yaml <<'END'
workloads: [mobilenet-v2]
chip: nnpi
parameters:
  memories.llc.capacity: {from: 6 MiB, to: 20 MiB, step: 2 MiB}
  memories.sram.capacity: {from: 1 MiB, to: 10 MiB, step: 1 MiB}
mappings:
  - native
  - {strategy: annealing, budget: 1500, warm_start: true}
END
lines() { cat long/journal.jsonl 2>/dev/null | wc -l; }
await() {  # await LINES: until so many points are there, or the sweep is over
  for i in $(seq 3000); do
    [ "$(lines)" -ge "$1" ] && return
    [ -f long/points.jsonl ] && return
    sleep 0.02
  done
}

case $test_case in
sweep)
  cp "$source/configs/experiments/sweep-small.yaml" .
  # Under one name, since results say what made them.
  "$memplace" sweep sweep-small.yaml --out d --threads 1 >one.out 2>err
  check "exit code alone" "$?" 0
  mv d serial
  "$memplace" sweep sweep-small.yaml --out d --threads 3 >threads.out 2>err
  mv d threads
  same serial threads
  for n in 1 2 3; do
    ranks "$n" sweep sweep-small.yaml --out d >out 2>err
    check "exit code of $n ranks" "$?" 0
    mv d "ranks-$n"
    same serial "ranks-$n"
    cmp one.out out || failures=1
    # One rank speaks, and how many lines depends on how many points come at once.
    check "ends on stderr" "$(grep -c '^sweep: 100%' err)" 1
  done
  ranks 2 sweep sweep-small.yaml --out d --threads 2 >out 2>err
  same serial d
  # Without --out the results are on stdout alone.
  "$memplace" sweep sweep-small.yaml --format json >one.out 2>err
  ranks 2 sweep sweep-small.yaml --format json >out 2>err
  cmp one.out out || failures=1
  ;;
experiment)
  cat >e.yaml <<'END'
workloads: [mobilenet-v2]
chips: [nnpi, nnpi-12ice]
strategies: [random, annealing]
seeds: [1, 2, 3]
budget: 30
END
  "$memplace" experiment e.yaml --out d --threads 1 >one.out 2>err
  check "exit code alone" "$?" 0
  mv d serial
  for n in 2 3; do
    ranks "$n" experiment e.yaml --out d >out 2>err
    check "exit code of $n ranks" "$?" 0
    # Of a run's files only those without its wall time are to be equal.
    for file in summary.csv summary.json curves.csv experiment.yaml; do
      cmp "serial/$file" "d/$file" || failures=1
    done
    (cd serial && find runs -name 'history*' | sort) >names
    [ -s names ] || check "histories" none some
    while read -r name; do cmp "serial/$name" "d/$name" || failures=1; done <names
    cmp one.out out || failures=1
    check "ends on stderr" "$(grep -c '12 of 12 runs' err)" 1
    rm -r d
  done
  "$memplace" experiment e.yaml >one.out 2>err
  ranks 2 experiment e.yaml >out 2>err
  cmp one.out out || failures=1
  ;;
killed)
  "$memplace" sweep long.yaml --out long --threads 1 >/dev/null 2>err
  mv long whole
  kills=0
  for at in 3 20 60; do
    for victim in 0 2; do
      "$mpirun" -n 3 "$memplace" sweep long.yaml --out long >/dev/null 2>err &
      launcher=$!
      await "$at"
      # The rank is a child of the launcher that has its number in its environment.
      for pid in $(pgrep -P "$launcher"); do
        if tr '\0' '\n' <"/proc/$pid/environ" 2>/dev/null |
            grep -qx "OMPI_COMM_WORLD_RANK=$victim"; then
          kill -9 "$pid" && kills=$((kills + 1))
        fi
      done
      wait "$launcher"
      ranks 2 sweep --resume long >/dev/null 2>err
      check "exit code of the rest" "$?" 0
      same whole long
      rm -r long
    done
  done
  check "some ranks were killed" "$((kills > 0))" 1
  ;;
interrupted)
  "$memplace" sweep long.yaml --out long --threads 1 >/dev/null 2>err
  mv long whole
  said=0
  for at in 3 30; do
    "$mpirun" -n 2 "$memplace" sweep long.yaml --out long >/dev/null 2>err &
    launcher=$!
    await "$at"
    kill -INT "$launcher"
    wait "$launcher"
    if [ ! -f long/points.jsonl ]; then
      check "said once" "$(grep -c 'sweep: stopped after .* all are saved' err)" 1
      said=$((said + 1))
    fi
    ranks 2 sweep --resume long >/dev/null 2>err
    check "exit code of the rest" "$?" 0
    same whole long
    rm -r long
  done
  check "some sweeps were stopped" "$((said > 0))" 1
  ;;
mistakes)
  sed 's/native/natif/' long.yaml >bad.yaml
  "$memplace" sweep bad.yaml --out d >/dev/null 2>one.err
  ranks 2 sweep bad.yaml --out d >/dev/null 2>err
  check "exit code of a bad spec" "$?" 2
  check "said once" "$(grep -cF "$(cat one.err)" err)" 1
  ranks 2 sweep --bogus >/dev/null 2>err
  check "exit code of a bad option" "$?" 2
  check "said once" "$(grep -c -e '--bogus' err)" 1
  mkdir taken && touch taken/journal.jsonl
  ranks 2 sweep long.yaml --out taken >/dev/null 2>err
  check "exit code where only rank 0 fails" "$?" 2
  check "said once" "$(grep -c 'name another directory' err)" 1
  # A network that only rank 0 can read.
  cat >net.yaml <<'END'
graph: tiny
inputs:
  - {name: x, shape: [4], bytes: 4 B}
ops:
  - name: a
    kind: matmul
    work: {grid: {positions: 1, out_channels: 2, in_channels: 4}}
    inputs: [x]
    weights: {name: a.weights, shape: [4, 2]}
    outputs: [{name: a.out, shape: [2]}]
END
  sed 's/mobilenet-v2/net.yaml/' long.yaml >file.yaml
  mkdir elsewhere
  "$mpirun" -n 1 "$memplace" sweep file.yaml --out d : \
    -n 1 --wdir "$work/elsewhere" "$memplace" sweep file.yaml --out d >/dev/null 2>err
  check "exit code where another rank fails" "$?" 2
  check "said once" "$(grep -c '^rank 1 on .*net.yaml' err)" 1
  # Commands that have no use for ranks do not notice them.
  ranks 2 list chips >out 2>err
  check "exit code of another command" "$?" 0
  ;;
*)
  echo "unknown case $test_case"
  failures=1
  ;;
esac
[ "$failures" = 0 ] || { echo "stderr of the last command:"; head -c 3000 err; }
exit "$failures"
