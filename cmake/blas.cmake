# SPDX-License-Identifier: Apache-2.0
# Everything that is particular about linear algebra. Defines memplace::eigen: Eigen, and OpenBLAS
# for its matrix products where found. OpenBLAS chooses the machine's best instructions as the
# program starts; Eigen's own products have only those that every machine has.
find_package(Eigen3 3.3 REQUIRED NO_MODULE)
add_library(memplace_eigen INTERFACE)
add_library(memplace::eigen ALIAS memplace_eigen)
target_link_libraries(memplace_eigen INTERFACE Eigen3::Eigen)
if(MEMPLACE_BLAS)
  find_package(PkgConfig QUIET)
  if(PKG_CONFIG_FOUND)
    pkg_check_modules(OPENBLAS QUIET IMPORTED_TARGET openblas)
  endif()
  if(TARGET PkgConfig::OPENBLAS)
    target_link_libraries(memplace_eigen INTERFACE PkgConfig::OPENBLAS)
    # For every user: who multiplies in a template must mean what the library means.
    target_compile_definitions(memplace_eigen INTERFACE EIGEN_USE_BLAS)
  else()
    message(STATUS "OpenBLAS not found: networks will learn some three times slower")
  endif()
endif()
