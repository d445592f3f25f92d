// SPDX-License-Identifier: Apache-2.0
// Misuse that must not compile, a case each; CMakeLists.txt names the compiler's words for each.
// Without a case this file must compile, else a failure proves nothing.
#include <cstdint>

#include "base/rates.h"
#include "base/strong_id.h"
#include "base/units.h"
#include "workloads/graph/types.h"

namespace memplace {

Picoseconds control() {
  const Bytes size = 64_B + 2 * 1_KiB;
  IdVector<OpId, Bytes> sizes(1, size);
  return transfer_time(sizes[OpId(0)], Bandwidth(1'000'000'000)) + 5_ns;
}

#if defined(CASE_BYTES_PLUS_PICOSECONDS)
const auto kMisuse = 1_B + 1_ps;
#elif defined(CASE_BYTES_COMPARED_WITH_PICOSECONDS)
const bool kMisuse = 1_B < 1_ps;
#elif defined(CASE_INTEGER_AS_BYTES)
const Bytes kMisuse = 5;
#elif defined(CASE_INTEGER_ADDED_TO_BYTES)
const auto kMisuse = 1_B + 5;
#elif defined(CASE_BYTES_AS_INTEGER)
const std::int64_t kMisuse = 5_B;
#elif defined(CASE_BYTES_TIMES_BYTES)
const auto kMisuse = 1_B * 1_B;
#elif defined(CASE_BYTES_FROM_PICOSECONDS)
const Bytes kMisuse(1_ps);
#elif defined(CASE_BANDWIDTH_WHERE_BYTES_ARE_DUE)
const auto kMisuse = transfer_time(Bandwidth(1), Bandwidth(1));
#elif defined(CASE_SWAPPED_ARGUMENTS)
const auto kMisuse = transfer_time(Bandwidth(1), 1_B);
#elif defined(CASE_FREQUENCY_WHERE_BANDWIDTH_IS_DUE)
const auto kMisuse = transfer_time(1_B, Frequency(1));
#elif defined(CASE_PICOSECONDS_WHERE_CYCLES_ARE_DUE)
const auto kMisuse = cycle_time(1_ns, Frequency(1));
#elif defined(CASE_OP_AS_TENSOR)
const TensorId kMisuse = OpId(1);
#elif defined(CASE_TENSOR_FROM_OP)
const TensorId kMisuse(OpId(1));
#elif defined(CASE_OP_COMPARED_WITH_TENSOR)
const bool kMisuse = OpId(1) == TensorId(1);
#elif defined(CASE_INTEGER_AS_OP)
const OpId kMisuse = 1;
#elif defined(CASE_VECTOR_INDEXED_BY_INTEGER)
const IdVector<OpId, int> kItems(2);
const int kMisuse = kItems[1];
#elif defined(CASE_VECTOR_INDEXED_BY_OTHER_ID)
const IdVector<OpId, int> kItems(2);
const int kMisuse = kItems[TensorId(1)];
#elif defined(CASE_BANDWIDTH_NOT_WHOLE)
constexpr Bandwidth kMisuse = 1_B / 7_ns;
#elif defined(CASE_TIME_TOO_LONG)
constexpr Picoseconds kMisuse = transfer_time(1_GiB, Bandwidth(1));
#elif defined(CASE_UNKNOWN)
#error "this case is for the test of the test"
#endif

}  // namespace memplace
