// SPDX-License-Identifier: Apache-2.0
#include "report/origin.h"

namespace memplace {

void add_origin(Json& row, const ReportedOrigin& origin) {
  if (origin.has_value()) {
    row["origin"] = *origin;
  }
}

}  // namespace memplace
