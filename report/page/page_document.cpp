// SPDX-License-Identifier: Apache-2.0
#include "report/page/page_document.h"

#include <algorithm>
#include <cstddef>

#include "base/error.h"
#include "report/page/page_assets.h"

namespace memplace {
namespace {

constexpr std::string_view kTableSuffix = ".csv";

// "curves" of "curves.csv", as the specifications call their data.
std::string dataset_of(const Json& spec) {
  auto name = spec.at("data").at("url").get<std::string>();
  MEMPLACE_ASSERT(name.ends_with(kTableSuffix), name);
  name.resize(name.size() - kTableSuffix.size());
  return name;
}

// Takes a category out of every list, and the colour that stands for it out of a scale's range.
void leave_out(Json& spec, const std::string& category) {
  if (spec.is_object() && spec.contains("domain") && spec.contains("range")) {
    Json& domain = spec["domain"];
    const auto found = std::find(domain.begin(), domain.end(), Json(category));
    if (found != domain.end()) {
      spec["range"].erase(static_cast<std::size_t>(found - domain.begin()));
    }
  }
  if (spec.is_array()) {
    spec.erase(std::remove(spec.begin(), spec.end(), Json(category)), spec.end());
  }
  if (spec.is_structured()) {
    for (Json& item : spec) {
      leave_out(item, category);
    }
  }
}

}  // namespace

Json chart_spec(const std::string& name) {
  const auto text = page_asset(name + ".vl.json");
  MEMPLACE_ASSERT(text.has_value(), name);
  return Json::parse(*text);
}

PageDocument::PageDocument(std::string version, std::string kind, std::string title)
    : version_(std::move(version)), kind_(std::move(kind)), title_(std::move(title)) {}

void PageDocument::add_source(const PageSource& source) {
  Json facts = Json::array();
  for (const auto& [key, value] : source.facts) {
    facts.push_back({key, value});
  }
  sources_.push_back({{"title", source.title},
                      {"facts", std::move(facts)},
                      {"again", source.again},
                      {"text", source.text}});
}

void PageDocument::begin_section(const std::string& id, const std::string& title,
                                 const std::string& text) {
  sections_.push_back({{"id", id}, {"title", title}, {"text", text}, {"figures", Json::array()}});
}

Json& PageDocument::section() {
  MEMPLACE_ASSERT(!sections_.empty(), title_);
  return sections_.back()["figures"];
}

bool PageDocument::is_empty(const std::string& dataset) const {
  const auto found = datasets_.find(dataset);
  return found == datasets_.end() || found->at("rows").empty();
}

void PageDocument::add_tiles(const std::string& dataset, const std::vector<std::string>& fields) {
  section().push_back({{"type", "tiles"}, {"data", dataset}, {"fields", fields}});
}

void PageDocument::add_chart(const std::string& name, const Json& controls,
                             const std::vector<std::string>& absent) {
  Json spec = chart_spec(name);
  spec["usermeta"].update(controls);
  for (const std::string& category : absent) {
    leave_out(spec, category);
  }
  const std::string dataset = dataset_of(spec);
  if (is_empty(dataset)) {
    return;
  }
  section().push_back({{"type", "chart"},
                       {"id", name},
                       {"title", spec.at("title").at("text")},
                       {"text", spec.at("description")},
                       {"data", dataset},
                       {"spec", std::move(spec)}});
}

void PageDocument::add_table(const std::string& id, const std::string& title,
                             const std::string& text, const std::string& dataset) {
  if (is_empty(dataset)) {
    return;
  }
  section().push_back(
      {{"type", "table"}, {"id", id}, {"title", title}, {"text", text}, {"data", dataset}});
}

void PageDocument::add_note(const std::string& text) {
  section().push_back({{"type", "note"}, {"text", text}});
}

void PageDocument::add_dataset(const std::string& name, const Dataset& dataset) {
  datasets_[name] = dataset.json();
}

void PageDocument::add_choice(const std::string& field, const std::string& label) {
  choices_.push_back({{"field", field}, {"label", label}});
}

Json PageDocument::json() const {
  return {{"memplace_version", version_}, {"kind", kind_},       {"title", title_},
          {"sources", sources_},          {"choices", choices_}, {"sections", sections_},
          {"datasets", datasets_}};
}

}  // namespace memplace
