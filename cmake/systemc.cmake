# SPDX-License-Identifier: Apache-2.0
# Everything that is particular about SystemC. Defines memplace::systemc_kernel where found.
# Debian's package has only a pkg-config file; Accellera's own build has a CMake config.
find_package(SystemCLanguage CONFIG QUIET)
if(TARGET SystemC::systemc)
  add_library(memplace_systemc_kernel INTERFACE)
  target_link_libraries(memplace_systemc_kernel INTERFACE SystemC::systemc)
else()
  find_package(PkgConfig QUIET)
  if(PKG_CONFIG_FOUND)
    pkg_check_modules(SYSTEMC QUIET IMPORTED_TARGET systemc)
  endif()
  if(TARGET PkgConfig::SYSTEMC)
    add_library(memplace_systemc_kernel INTERFACE)
    target_link_libraries(memplace_systemc_kernel INTERFACE PkgConfig::SYSTEMC)
    # Debian builds SystemC as C++17, and its headers bind programs to that standard by the name
    # of a symbol; the headers themselves compile as C++20.
    target_compile_definitions(memplace_systemc_kernel INTERFACE SC_CPLUSPLUS=201703L)
  endif()
endif()
if(TARGET memplace_systemc_kernel)
  add_library(memplace::systemc_kernel ALIAS memplace_systemc_kernel)
endif()
