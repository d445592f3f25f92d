// SPDX-License-Identifier: Apache-2.0
// What a page shows, as data: tables, figures that draw them, and where they come from. The script
// of the page (report/page/assets) renders it; docs/guide/report.md describes it.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/json.h"
#include "report/page/dataset.h"

namespace memplace {

// Where results come from, and how to get them again.
struct PageSource {
  std::string title;
  std::vector<std::pair<std::string, std::string>> facts;
  std::string again;  // a command line
  std::string text;   // a configuration file in full, or empty
};

class PageDocument {
 public:
  // `kind` is simulation, search or sweep.
  PageDocument(std::string version, std::string kind, std::string title);

  void add_source(const PageSource& source);

  // Sections stand on the page in this order; what follows belongs to the last one.
  void begin_section(const std::string& id, const std::string& title, const std::string& text);

  // Key figures of the dataset's first row that the reader's choices leave.
  void add_tiles(const std::string& dataset, const std::vector<std::string>& fields);
  // What specs/NAME.vl.json draws. Left out where the dataset that it names is empty.
  // `controls` are added to what its specification says of them. What is `absent` from the data is
  // taken out of its lists of categories and columns, with its colour.
  void add_chart(const std::string& name, const Json& controls = Json::object(),
                 const std::vector<std::string>& absent = {});
  // Rows to search and sort. Left out where there are none.
  void add_table(const std::string& id, const std::string& title, const std::string& text,
                 const std::string& dataset);
  void add_note(const std::string& text);

  void add_dataset(const std::string& name, const Dataset& dataset);
  // A field by which the reader chooses what all figures show that have it.
  void add_choice(const std::string& field, const std::string& label);

  const std::string& title() const { return title_; }
  // The document; what the page's script reads.
  Json json() const;

 private:
  Json& section();
  bool is_empty(const std::string& dataset) const;

  std::string version_, kind_, title_;
  Json sources_ = Json::array();
  Json sections_ = Json::array();
  Json choices_ = Json::array();
  Json datasets_ = Json::object();
};

// The specification of a chart, as the program has it.
Json chart_spec(const std::string& name);

}  // namespace memplace
