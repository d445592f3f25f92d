// SPDX-License-Identifier: Apache-2.0
// 128-bit integers for exact products of 64-bit ones.
#pragma once

namespace memplace {

// __extension__ keeps -Wpedantic quiet about a type that both supported compilers have.
__extension__ using Int128 = __int128;
__extension__ using Uint128 = unsigned __int128;

}  // namespace memplace
