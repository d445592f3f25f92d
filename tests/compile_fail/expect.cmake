# SPDX-License-Identifier: Apache-2.0
# Script: compiles SOURCE with -DCASE_<CASE>, which must fail with words that match ERROR; with an
# empty ERROR it must compile.
# cmake -DCOMPILER=... -DROOT=... -DSOURCE=... -DCASE=... -DERROR=... -P expect.cmake
execute_process(
  COMMAND ${COMPILER} -std=c++20 -fsyntax-only -DCASE_${CASE} -I${ROOT} ${SOURCE}
  RESULT_VARIABLE code OUTPUT_VARIABLE output ERROR_VARIABLE output)
if(ERROR STREQUAL "")
  if(NOT code EQUAL 0)
    message(FATAL_ERROR "${CASE} does not compile, but must:\n${output}")
  endif()
elseif(code EQUAL 0)
  message(FATAL_ERROR "${CASE} compiles, but must not")
elseif(NOT output MATCHES "error: [^\n]*(${ERROR})")
  message(FATAL_ERROR "${CASE} fails with other words than '${ERROR}':\n${output}")
endif()
