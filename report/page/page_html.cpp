// SPDX-License-Identifier: Apache-2.0
#include "report/page/page_html.h"

#include <array>
#include <utility>

#include "base/error.h"
#include "report/page/page_assets.h"

namespace memplace {
namespace {

std::string replaced(std::string_view text, std::string_view what, std::string_view with) {
  std::string result;
  for (std::size_t at = 0;;) {
    const std::size_t found = text.find(what, at);
    result += text.substr(at, found - at);
    if (found == std::string_view::npos) {
      return result;
    }
    result += with;
    at = found + what.size();
  }
}

std::string_view asset(std::string_view name) {
  const auto bytes = page_asset(name);
  MEMPLACE_ASSERT(bytes.has_value(), std::string(name));
  return *bytes;
}

// A library's code under its licence, without the name of a file that is not there.
std::string library(std::string_view package) {
  const std::string name(package);
  std::string_view code = asset(name + ".min.js");
  code = code.substr(0, code.find("//# sourceMappingURL"));
  return "/* " + name + "\n" + replaced(asset(name + ".LICENSE"), "*/", "* /") + "*/\n" +
         code_for_script(code) + "\n";
}

}  // namespace

bool can_make_pages() { return page_asset("vega-lite.min.js").has_value(); }

std::string html_text(std::string_view text) {
  std::string result;
  for (const char c : text) {
    switch (c) {
      case '&':
        result += "&amp;";
        break;
      case '<':
        result += "&lt;";
        break;
      case '>':
        result += "&gt;";
        break;
      case '"':
        result += "&quot;";
        break;
      default:
        result += c;
    }
  }
  return result;
}

std::string json_for_script(const Json& json) {
  return replaced(one_line(json), "<", "\\u003c");  // '<' stands in strings only
}

std::string code_for_script(std::string_view code) {
  return replaced(replaced(code, "</script", "<\\/script"), "<!--", "<\\!--");
}

std::string page_html(const PageDocument& document) {
  std::string code;
  for (const char* const file : {"figures.js", "tables.js", "page.js"}) {
    code += asset(file);
  }
  const std::array<std::pair<std::string_view, std::string>, 5> parts{
      {{"@TITLE@", html_text(printable(document.title()))},
       {"@STYLE@", std::string(asset("page.css"))},
       {"@DOCUMENT@", json_for_script(printable_json(document.json()))},
       {"@LIBRARY@", library("vega") + library("vega-lite")},
       {"@SCRIPT@", code_for_script(code)}}};
  // Piece by piece, so that nothing which is put in is looked at again.
  std::string page;
  std::string_view rest = asset("page.html");
  for (const auto& [mark, content] : parts) {
    const std::size_t at = rest.find(mark);
    MEMPLACE_ASSERT(at != std::string_view::npos, std::string(mark));
    page += rest.substr(0, at);
    page += content;
    rest.remove_prefix(at + mark.size());
  }
  return page += rest;
}

}  // namespace memplace
