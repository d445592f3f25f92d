# SPDX-License-Identifier: Apache-2.0
# What `cmake --install` leaves: the program with its manuals and completions, the shipped
# configurations, the documentation, and the libraries of docs/guide/library.md for
# find_package(memplace). All of it is there once the program is built.
include(CMakePackageConfigHelpers)

# Every library that the public ones need; ONNX and SystemC stay in the program.
set(MEMPLACE_INSTALLED_LIBRARIES
  base workloads allocation chip placement feasible timing event heuristics eigen blas bound nn search moves
  learning evolution egrl strategies catalog settings run optimizer)

# The headers of docs/guide/library.md. What they include is installed beside them, nothing else.
set(MEMPLACE_PUBLIC_HEADERS
  base/error.h base/quantity_text.h base/units.h
  workloads/builtin/builtins.h workloads/graph/graph.h
  workloads/io/graph_yaml.h workloads/workload.h
  sim/chip/chip.h sim/chip/chip_reader.h
  sim/placement/constraint_patterns.h sim/placement/mapping.h sim/placement/mapping_file.h
  sim/placement/problem.h sim/feasible/rectify.h
  sim/metrics.h sim/simulator.h sim/event/event_simulator.h sim/timing/program.h
  optimizer/catalog/strategies.h optimizer/heuristics/heuristic.h optimizer/search/objective.h
  optimizer/search/options.h optimizer/search/strategy.h optimizer/studies/run/run.h
  optimizer/studies/run/run_config.h optimizer/studies/settings/problem_of.h)

# Sets `result` to `headers` and all that they include of this project.
function(memplace_with_included result headers)
  set(found "")
  while(headers)
    list(POP_FRONT headers header)
    if(header IN_LIST found)
      continue()
    endif()
    list(APPEND found ${header})
    file(STRINGS ${PROJECT_SOURCE_DIR}/${header} lines REGEX "^#include \"")
    foreach(line IN LISTS lines)
      string(REGEX REPLACE "^#include \"([^\"]+)\".*" "\\1" included "${line}")
      list(APPEND headers ${included})
    endforeach()
  endwhile()
  set(${result} ${found} PARENT_SCOPE)
endfunction()

install(TARGETS memplace_cli RUNTIME COMPONENT program)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/configs
        DESTINATION ${CMAKE_INSTALL_DATADIR}/memplace COMPONENT program)
install(FILES ${PROJECT_SOURCE_DIR}/LICENSE ${PROJECT_SOURCE_DIR}/README.md
              ${PROJECT_SOURCE_DIR}/CHANGELOG.md
        DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT program)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/docs DESTINATION ${CMAKE_INSTALL_DOCDIR}
        COMPONENT program)
foreach(place bash:bash-completion/completions/memplace zsh:zsh/site-functions/_memplace
              fish:fish/vendor_completions.d/memplace.fish)
  string(REGEX MATCH "^([a-z]+):(.+)/([^/]+)$" parts ${place})
  install(FILES ${PROJECT_SOURCE_DIR}/cli/completions/memplace.${CMAKE_MATCH_1}
          DESTINATION ${CMAKE_INSTALL_DATADIR}/${CMAKE_MATCH_2} RENAME ${CMAKE_MATCH_3}
          COMPONENT program)
endforeach()

# cli/CMakeLists.txt has them written whenever the program is linked.
if(NOT CMAKE_CROSSCOMPILING)
  install(DIRECTORY ${MEMPLACE_MANUALS}/ DESTINATION ${CMAKE_INSTALL_MANDIR}/man1
          COMPONENT program)
endif()

foreach(library IN LISTS MEMPLACE_INSTALLED_LIBRARIES)
  set_target_properties(memplace_${library} PROPERTIES EXPORT_NAME ${library})
  install(TARGETS memplace_${library} EXPORT memplace ARCHIVE COMPONENT development)
endforeach()
memplace_with_included(headers "${MEMPLACE_PUBLIC_HEADERS}")
foreach(header IN LISTS headers)
  cmake_path(GET header PARENT_PATH folder)
  install(FILES ${PROJECT_SOURCE_DIR}/${header}
          DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/memplace/${folder} COMPONENT development)
endforeach()

set(package ${CMAKE_INSTALL_LIBDIR}/cmake/memplace)
configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/memplace-config.cmake.in
  ${CMAKE_BINARY_DIR}/memplace-config.cmake INSTALL_DESTINATION ${package})
write_basic_package_version_file(${CMAKE_BINARY_DIR}/memplace-config-version.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_BINARY_DIR}/memplace-config.cmake
              ${CMAKE_BINARY_DIR}/memplace-config-version.cmake
        DESTINATION ${package} COMPONENT development)
install(EXPORT memplace NAMESPACE memplace:: FILE memplace-targets.cmake DESTINATION ${package}
        COMPONENT development)
