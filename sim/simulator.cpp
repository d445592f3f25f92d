// SPDX-License-Identifier: Apache-2.0
#include "sim/simulator.h"

namespace memplace {

std::string_view name_of(RequestKind kind) {
  switch (kind) {
    case RequestKind::kWeight:
      return "weight";
    case RequestKind::kInput:
      return "input";
    case RequestKind::kOutput:
      return "output";
    case RequestKind::kMove:
      return "move";
  }
  return "";
}

}  // namespace memplace
