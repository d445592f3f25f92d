# SPDX-License-Identifier: Apache-2.0
# Everything that is particular about MPI. Defines memplace::mpi_library, which is MPI through
# Boost.MPI, where both are found.
find_package(MPI QUIET COMPONENTS CXX)
find_package(Boost 1.74 QUIET COMPONENTS mpi serialization)
if(TARGET MPI::MPI_CXX AND TARGET Boost::mpi)
  add_library(memplace_mpi_library INTERFACE)
  add_library(memplace::mpi_library ALIAS memplace_mpi_library)
  target_link_libraries(memplace_mpi_library INTERFACE Boost::mpi Boost::serialization MPI::MPI_CXX)
  # Open MPI's own C++ bindings, which are deprecated, are not asked for.
  target_compile_definitions(memplace_mpi_library INTERFACE OMPI_SKIP_MPICXX MPICH_SKIP_MPICXX)
endif()
