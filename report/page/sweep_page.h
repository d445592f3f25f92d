// SPDX-License-Identifier: Apache-2.0
// A sweep over chips as a page, from the files that it left.
#pragma once

#include <string>

#include "report/page/page_document.h"

namespace memplace {

struct SweepFiles {
  std::string directory;
  std::string summary;  // sweep.json
  std::string points;   // points.jsonl
  std::string spec;     // sweep.yaml
};

// Throws Error where a file is damaged.
PageDocument sweep_page(const std::string& version, const SweepFiles& files);

}  // namespace memplace
