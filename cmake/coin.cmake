# SPDX-License-Identifier: Apache-2.0
# Everything that is particular about COIN-OR's solvers: COIN_FOUND, COIN_INCLUDE_DIRS,
# COIN_LINK_LIBRARIES and COIN_LINK_OPTIONS of Clp and CBC. Plain paths, as a static library hands them on to whoever
# links it once installed.
find_package(PkgConfig QUIET)
if(PKG_CONFIG_FOUND)
  pkg_check_modules(COIN QUIET cbc)
endif()
# Shared as they are, the solvers name the BLAS and LAPACK that they need themselves. By those names a
# machine may have OpenBLAS too, which is not to be linked with (cmake/blas.cmake): the reference ones
# are taken where found, by their folders. DT_RPATH, unlike DT_RUNPATH, is that of libraries too; as a
# flag, since of a path CMake would write the other.
list(FILTER COIN_LINK_LIBRARIES EXCLUDE REGEX "/lib(blas|lapack)\\.so$")
set(COIN_LINK_OPTIONS "")
foreach(name blas lapack)
  set(folder /usr/lib/${CMAKE_LIBRARY_ARCHITECTURE}/${name})
  if(EXISTS ${folder}/lib${name}.so.3)
    list(APPEND COIN_LINK_OPTIONS LINKER:--disable-new-dtags,-rpath,${folder})
  endif()
endforeach()
