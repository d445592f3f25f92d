# SPDX-License-Identifier: Apache-2.0
# Everything that is particular about Google Benchmark. Defines memplace::benchmark_library where
# found.
find_package(benchmark QUIET)
if(TARGET benchmark::benchmark)
  add_library(memplace_benchmark_library INTERFACE)
  add_library(memplace::benchmark_library ALIAS memplace_benchmark_library)
  target_link_libraries(memplace_benchmark_library INTERFACE benchmark::benchmark)
endif()
