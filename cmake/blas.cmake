# SPDX-License-Identifier: Apache-2.0
# Everything that is particular about linear algebra. Defines memplace::eigen: Eigen, with OpenBLAS
# for its matrix products where found. OpenBLAS chooses the machine's best instructions as it is
# loaded; Eigen's own products have only those that every machine has.
#
# Of Debian's three, the one without threads has no locks around its buffers and mixes up products
# that several threads ask for at once, and the one of OpenMP asks it on each thread anew how many to
# take. The one with POSIX threads starts them as it is loaded, in every command that is linked with
# it, and does not get past that where the address space has no room for them. So nothing is linked
# with it: optimizer/blas loads it when something is first multiplied, told to start none.
find_package(Eigen3 3.3 REQUIRED NO_MODULE)
add_library(memplace_eigen INTERFACE)
add_library(memplace::eigen ALIAS memplace_eigen)
target_link_libraries(memplace_eigen INTERFACE Eigen3::Eigen)
if(MEMPLACE_BLAS)
  find_file(MEMPLACE_OPENBLAS NAMES libopenblas.so.0
            PATHS /usr/lib/${CMAKE_LIBRARY_ARCHITECTURE}/openblas-pthread /usr/lib64 /usr/lib
            NO_DEFAULT_PATH)
  mark_as_advanced(MEMPLACE_OPENBLAS)
  if(MEMPLACE_OPENBLAS)
    # For every user: who multiplies in a template must mean what the library means.
    target_compile_definitions(memplace_eigen INTERFACE EIGEN_USE_BLAS)
  else()
    message(STATUS "OpenBLAS not found: networks will learn some three times slower")
  endif()
endif()
