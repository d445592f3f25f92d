# SPDX-License-Identifier: Apache-2.0
# Everything that is particular about COIN-OR's solvers: COIN_FOUND, COIN_INCLUDE_DIRS and
# COIN_LINK_LIBRARIES of Clp and CBC. Plain paths, as a static library hands them on to whoever
# links it once installed.
find_package(PkgConfig QUIET)
if(PKG_CONFIG_FOUND)
  pkg_check_modules(COIN QUIET cbc)
endif()
