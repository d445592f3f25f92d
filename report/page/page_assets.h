// SPDX-License-Identifier: Apache-2.0
// Files that the program has inside: the page's own (report/page/assets, specs) and, where they
// were there at build time, vega.min.js, vega-lite.min.js and their licences. draw.mjs draws in
// node what page.js draws in a browser.
#pragma once

#include <optional>
#include <string_view>

namespace memplace {

std::optional<std::string_view> page_asset(std::string_view name);

}  // namespace memplace
