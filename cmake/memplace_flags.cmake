# SPDX-License-Identifier: Apache-2.0
# The one place where compiler flags are set. No -march=native and no -ffast-math: both change
# the bits of floating point results between machines.
if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "Build type" FORCE)
endif()
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_CXX_EXTENSIONS OFF)

add_library(memplace_flags INTERFACE)
add_library(memplace::flags ALIAS memplace_flags)
target_compile_features(memplace_flags INTERFACE cxx_std_20)
target_compile_options(memplace_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion -Wshadow -Wnon-virtual-dtor
  -Wold-style-cast -Woverloaded-virtual -Wimplicit-fallthrough
  # g++ 12 sees overlaps and overflows in `"text" + std::string` that are not there (GCC bug 105651),
  # which ones depends on what it inlines; the sanitizers look for real ones. And it takes what a
  # unity build includes for headers, where types of an anonymous namespace would be suspicious.
  $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict;-Wno-stringop-overflow;-Wno-array-bounds;-Wno-subobject-linkage>
  $<$<BOOL:${MEMPLACE_WERROR}>:-Werror>)

# Assertions are most of what tests compile to, and need not be fast.
add_library(memplace_test_flags INTERFACE)
add_library(memplace::test_flags ALIAS memplace_test_flags)
target_link_libraries(memplace_test_flags INTERFACE memplace::flags)
if(MEMPLACE_SANITIZE)
  target_compile_options(memplace_test_flags INTERFACE -O0)
else()
  target_compile_options(memplace_test_flags INTERFACE -O1)
endif()

if(MEMPLACE_SANITIZE)
  add_compile_options(-fsanitize=${MEMPLACE_SANITIZE} -fno-omit-frame-pointer
                      -fno-sanitize-recover=all)
  add_compile_definitions(_GLIBCXX_ASSERTIONS)
  add_link_options(-fsanitize=${MEMPLACE_SANITIZE})
endif()
if(MEMPLACE_FUZZ AND CMAKE_CXX_COMPILER_ID MATCHES Clang)
  # The words that readers compare with are in the corpora; tracing comparisons slows all else.
  add_compile_options(-fsanitize=fuzzer-no-link -fno-sanitize-coverage=trace-cmp)
endif()
if(MEMPLACE_COVERAGE)
  add_compile_options(--coverage -O0)
  add_link_options(--coverage)
endif()

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM AND NOT DEFINED CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE_PROGRAM})
endif()
