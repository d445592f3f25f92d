// SPDX-License-Identifier: Apache-2.0
// What to draw of searches, as tables. docs/guide/figures.md has every column.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "report/search_figures/stored_searches.h"
#include "report/table.h"

namespace memplace {

inline constexpr std::size_t kCurvePoints = 200;
inline constexpr std::size_t kEmbeddedMappings = 1000;

struct FigureFile {
  std::string name;  // as in "curves.csv"
  std::string csv;
  std::size_t rows = 0;
  Table table;
};

// How faithful the embedding of a workload's mappings on a chip is.
struct EmbeddingNote {
  std::string workload;
  std::string chip;
  std::size_t drawn = 0;
  std::size_t visited = 0;
  double explained_share = 0;
};

class SearchFigures {
 public:
  SearchFigures();

  void add(const SearchGroup& group);

  // Every table, also those without a row.
  std::vector<FigureFile> files() const;
  const std::vector<EmbeddingNote>& embeddings() const { return embeddings_; }

 private:
  struct Figure {
    std::string name;
    Table table;
    std::size_t rows = 0;

    void row(std::vector<std::string> cells);
  };

  void add_strategy(const SearchGroup& group, std::size_t first, std::size_t end);
  void add_strip(const SearchGroup& group, const std::string& name, const std::string& seed,
                 const Mapping& mapping);
  void add_embedding(const SearchGroup& group);

  Figure curves_, parts_, transitions_, strips_, embedding_;
  std::vector<EmbeddingNote> embeddings_;
};

}  // namespace memplace
