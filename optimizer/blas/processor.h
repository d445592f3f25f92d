// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace memplace {

// By what this machine rounds products of matrices, in words: processors of one kind give the same
// bits. As "x86-64 with FMA, OpenBLAS 0.3.21 for Haswell".
std::string processor_kind();

}  // namespace memplace
