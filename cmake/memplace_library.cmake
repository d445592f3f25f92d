# SPDX-License-Identifier: Apache-2.0
# memplace_library(NAME SOURCES ... [DEPENDS ...] [PRIVATE_DEPENDS ...])
# A static library memplace_NAME with alias memplace::NAME. DEPENDS carries the arrows of
# docs/architecture.md; includes are written from the repository's root.
function(memplace_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPENDS;PRIVATE_DEPENDS" ${ARGN})
  add_library(memplace_${name} STATIC ${ARG_SOURCES})
  add_library(memplace::${name} ALIAS memplace_${name})
  target_include_directories(memplace_${name} PUBLIC $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}>)
  target_link_libraries(memplace_${name} PUBLIC ${ARG_DEPENDS}
                        PRIVATE $<BUILD_INTERFACE:memplace::flags> ${ARG_PRIVATE_DEPENDS})
  target_compile_features(memplace_${name} PUBLIC cxx_std_20)
endfunction()
