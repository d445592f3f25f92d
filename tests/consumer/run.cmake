# SPDX-License-Identifier: Apache-2.0
# Installs memplace, builds this folder's project against it, and holds what that prints against the
# program's own words.
# cmake -DBUILD=DIR -DSOURCE=DIR -DWORK=DIR -DCOMPILER=CXX -P run.cmake
file(REMOVE_RECURSE ${WORK})

function(run output)
  execute_process(COMMAND ${ARGN} OUTPUT_VARIABLE printed ERROR_VARIABLE errors
                  RESULT_VARIABLE code)
  if(code)
    message(FATAL_ERROR "${ARGN}: exit code ${code}\n${printed}${errors}")
  endif()
  set(${output} "${printed}" PARENT_SCOPE)
endfunction()

run(ignored ${CMAKE_COMMAND} --install ${BUILD} --prefix ${WORK}/prefix)
foreach(file bin/memplace share/man/man1/memplace.1 share/man/man1/memplace-simulate.1
             share/memplace/configs/chips/nnpi.yaml share/zsh/site-functions/_memplace
             share/bash-completion/completions/memplace
             share/fish/vendor_completions.d/memplace.fish
             share/doc/memplace/README.md share/doc/memplace/docs/guide/output.md
             share/doc/memplace/docs/strategies/beam.md
             include/memplace/base/units.h)
  if(NOT EXISTS ${WORK}/prefix/${file})
    message(FATAL_ERROR "not installed: ${file}")
  endif()
endforeach()
foreach(beside base sim workloads optimizer)
  if(EXISTS ${WORK}/prefix/include/${beside})
    message(FATAL_ERROR "include/${beside} is in the way of others")
  endif()
endforeach()

run(ignored ${CMAKE_COMMAND} -G Ninja -S ${SOURCE}/tests/consumer -B ${WORK}/build
    -DCMAKE_PREFIX_PATH=${WORK}/prefix -DCMAKE_CXX_COMPILER=${COMPILER})
run(ignored ${CMAKE_COMMAND} --build ${WORK}/build)
run(printed ${WORK}/build/consumer)

set(program ${WORK}/prefix/bin/memplace)
run(simulated ${program} simulate resnet50 --mapping heuristic:native --format json)
string(JSON latency GET "${simulated}" latency_ps)
run(searched ${program} optimize resnet50 --strategy annealing --budget 200 --seed 1 --format json)
string(JSON best GET "${searched}" best latency_ps)
set(expected "native ${latency} ps\nannealing ${best} ps after 200 evaluations\n")
if(NOT printed STREQUAL expected)
  message(FATAL_ERROR "the consumer printed\n${printed}and memplace says\n${expected}")
endif()

# What docs/guide/library.md shows is that program.
file(READ ${SOURCE}/docs/guide/library.md page)
file(READ ${SOURCE}/tests/consumer/main.cpp main)
string(FIND "${page}" "${main}" place)
if(place EQUAL -1)
  message(FATAL_ERROR "docs/guide/library.md does not show tests/consumer/main.cpp")
endif()

# A library that is not installed is no component.
file(WRITE ${WORK}/other/CMakeLists.txt
     "cmake_minimum_required(VERSION 3.22)\nproject(other LANGUAGES CXX)\n"
     "find_package(memplace REQUIRED COMPONENTS systemc)\n")
execute_process(COMMAND ${CMAKE_COMMAND} -G Ninja -S ${WORK}/other -B ${WORK}/other/build
                        -DCMAKE_PREFIX_PATH=${WORK}/prefix -DCMAKE_CXX_COMPILER=${COMPILER}
                OUTPUT_QUIET ERROR_VARIABLE errors RESULT_VARIABLE code)
if(NOT code OR NOT errors MATCHES "no component[ \n]+systemc")
  message(FATAL_ERROR "a component that is not there was found: ${errors}")
endif()
