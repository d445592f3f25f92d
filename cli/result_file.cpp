// SPDX-License-Identifier: Apache-2.0
#include "cli/result_file.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/error.h"

namespace memplace {

Json parse_result(const std::string& path, const std::string& content) {
  try {
    return Json::parse(content);
  } catch (const Json::parse_error& damage) {
    throw Error(fmt::format("{}: damaged: no JSON at byte {} of {}", path,
                            std::min(damage.byte, content.size()), content.size()));
  } catch (const Json::exception&) {
    throw Error(fmt::format("{}: damaged: a number in it is too large", path));
  }
}

}  // namespace memplace
