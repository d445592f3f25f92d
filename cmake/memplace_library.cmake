# SPDX-License-Identifier: Apache-2.0
# memplace_library(NAME [PLAIN] SOURCES ... [DEPENDS ...] [PRIVATE_DEPENDS ...])
# A static library memplace_NAME with alias memplace::NAME. DEPENDS carries the arrows of
# docs/development/architecture.md; PLAIN is one to whose flags no precompiled header fits.
# Includes are written from the repository's root, which is include/memplace once installed
# (cmake/install.cmake).
function(memplace_library name)
  cmake_parse_arguments(ARG "PLAIN" "" "SOURCES;DEPENDS;PRIVATE_DEPENDS" ${ARGN})
  add_library(memplace_${name} STATIC ${ARG_SOURCES})
  add_library(memplace::${name} ALIAS memplace_${name})
  target_include_directories(memplace_${name} PUBLIC
    $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}>
    $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>
    $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}/memplace>)
  if(NOT PROJECT_IS_TOP_LEVEL)
    # So that <memplace/sim/simulator.h> means the same here as where memplace is installed.
    target_include_directories(memplace_${name} INTERFACE
      $<BUILD_INTERFACE:${PROJECT_BINARY_DIR}/include>)
  endif()
  target_link_libraries(memplace_${name} PUBLIC ${ARG_DEPENDS}
                        PRIVATE $<BUILD_INTERFACE:memplace::flags> ${ARG_PRIVATE_DEPENDS})
  target_compile_features(memplace_${name} PUBLIC cxx_std_20)
  if(NOT ARG_PLAIN)
    memplace_precompile(memplace_${name})
  endif()
endfunction()

# memplace_optional(NAME LEAF DEFINITION): where this build has memplace::LEAF, memplace_NAME links it
# and is compiled with DEFINITION.
function(memplace_optional name leaf definition)
  if(TARGET memplace::${leaf})
    target_link_libraries(memplace_${name} PRIVATE memplace::${leaf})
    target_compile_definitions(memplace_${name} PRIVATE ${definition})
  endif()
endfunction()
