// SPDX-License-Identifier: Apache-2.0
// A document as one HTML file that needs nothing else.
#pragma once

#include <string>
#include <string_view>

#include "report/page/page_document.h"

namespace memplace {

// Whether this program was built with what draws the figures.
bool can_make_pages();

// Where can_make_pages(). The same document gives the same bytes.
std::string page_html(const PageDocument& document);

// Text as HTML shows it.
std::string html_text(std::string_view text);
// A document that no text in it can end: for <script type="application/json">.
std::string json_for_script(const Json& json);
// A script that no string in it can end.
std::string code_for_script(std::string_view code);

}  // namespace memplace
