# SPDX-License-Identifier: Apache-2.0
# memplace_precompile(TARGET [TEST]): with MEMPLACE_PCH it compiles the large headers that most of
# our sources include once for all. The preset dev, which clang-tidy reads, has it off, so that a
# source that does not name what it includes is noticed.
option(MEMPLACE_PCH "Precompile large headers" ON)

if(MEMPLACE_PCH)
  # Where one does not fit, because of a flag, g++ reads the headers as ever.
  set(CMAKE_PCH_WARN_INVALID OFF)
  file(WRITE ${CMAKE_BINARY_DIR}/pch/pch.cpp "")
  function(memplace_pch target)
    add_library(${target} STATIC EXCLUDE_FROM_ALL ${CMAKE_BINARY_DIR}/pch/pch.cpp)
    cmake_parse_arguments(ARG "" "" "FLAGS" ${ARGN})
    target_link_libraries(${target} PRIVATE fmt::fmt nlohmann_json::nlohmann_json ${ARG_FLAGS})
    target_precompile_headers(${target} PRIVATE
      <algorithm> <functional> <map> <memory> <optional> <string> <string_view> <vector>
      <fmt/format.h> <nlohmann/json.hpp> ${ARG_UNPARSED_ARGUMENTS})
  endfunction()
  memplace_pch(memplace_pch FLAGS memplace::flags)
  if(CCACHE_PROGRAM)
    set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env
        CCACHE_SLOPPINESS=pch_defines,time_macros ${CCACHE_PROGRAM})
  endif()
endif()

function(memplace_precompile target)
  cmake_parse_arguments(ARG "TEST" "" "" ${ARGN})
  if(NOT MEMPLACE_PCH)
    return()
  endif()
  if(ARG_TEST)
    if(NOT TARGET memplace_test_pch)
      memplace_pch(memplace_test_pch <catch2/catch.hpp> FLAGS memplace::test_flags)
    endif()
    target_precompile_headers(${target} REUSE_FROM memplace_test_pch)
  else()
    target_precompile_headers(${target} REUSE_FROM memplace_pch)
  endif()
endfunction()
