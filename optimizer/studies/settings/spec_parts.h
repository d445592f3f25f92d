// SPDX-License-Identifier: Apache-2.0
// What the files of experiments and sweeps have in common.
#pragma once

#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/yaml_reader.h"
#include "optimizer/search/catalog.h"
#include "optimizer/studies/settings/field.h"
#include "optimizer/studies/settings/request.h"

namespace memplace {

// The items of a list that has some; `key_of` tells which two would be the same.
template <class Read, class KeyOf>
auto read_list(const YamlValue& at, std::string_view what, Read read, KeyOf key_of) {
  std::vector<decltype(read(at))> list;
  std::set<decltype(key_of(list.front()))> keys;
  for (const YamlValue& item : at.items()) {
    list.push_back(read(item));
    if (!keys.insert(key_of(list.back())).second) {
      throw item.error(fmt::format("{} {} is given twice", what, key_of(list.back())));
    }
  }
  if (list.empty()) {
    throw at.error(fmt::format("got an empty list, expected at least one {}", what));
  }
  return list;
}

// Each a name (base/yaml_reader.h).
std::vector<std::string> read_names(const YamlValue& at, std::string_view what);
// A label that can be the name of a file.
std::string read_label(const YamlValue& at);

// A strategy with its options. Reads the keys `strategy`, `preset`, `label` and `options` of `map`
// and leaves finish() to the caller.
struct StrategyChoice {
  const StrategyInfo* info = nullptr;
  std::string label;                 // where none is given the strategy's name, or STRATEGY-PRESET
  std::vector<std::string> options;  // NAME=VALUE: as given, with those of the preset
};
StrategyChoice read_strategy_choice(YamlMap& map);
const StrategyInfo& read_strategy_name(const YamlValue& at);

// Into a request.
void choose(const StrategyChoice& choice, SearchRequest& request);

// Throws Error at the key `policy` of `at` where the request begins with one and the strategy has
// no use for it.
void check_policy_key(const YamlValue& at, const SearchRequest& request);

// A network of a study.
struct WorkloadChoice {
  std::string name;                    // as a user has it
  std::vector<std::string> dims = {};  // of an .onnx file, beside those of all: NAME=N, sorted
  std::string digest = {};             // of what it is; empty where nobody has looked yet

  std::string label() const;  // "decoder.onnx batch=1 seq=64"
  bool operator==(const WorkloadChoice&) const = default;
};
// Networks, each by name or as a map:
//   - resnet50
//   - {name: bert-base, sizes: {batch: [1, 8], seq: [64, 128]}}  # four; the last changes fastest
//   - {name: decoder.onnx, dim: [batch=1]}
// Whoever keeps digests has them in `digest`.
std::vector<WorkloadChoice> read_workloads(const YamlValue& at, bool with_digests = false);
// One as read_workloads() takes it.
std::string workload_text(const WorkloadChoice& workload);
std::vector<std::string> labels_of(std::span<const WorkloadChoice> workloads);
std::vector<std::string> names_of(std::span<const WorkloadChoice> workloads);

// The same for that workload: what only .onnx files have is left out for others.
SearchRequest of_workload(SearchRequest request, const WorkloadChoice& workload);

// Throws Error at a key of `map` that says something about .onnx files where none of `workloads` is
// one.
void check_onnx_keys(YamlMap& map, std::span<const WorkloadChoice> workloads);

// Adds to a header what is not as by default and not there yet: to its configuration, and its lines
// for people.
void add_chosen(Json& config, std::span<const RequestField<SearchRequest>> fields,
                const SearchRequest& request);
void add_chosen(std::vector<std::pair<std::string, std::string>>& facts,
                std::span<const RequestField<SearchRequest>> fields, const SearchRequest& request);

// "{a: 1, b: 2}" of such entries of a map.
std::string map_text(std::span<const std::pair<std::string, std::string>> entries);
// "{a: "1", b: "2"}" of NAME=VALUE.
std::string options_text(std::span<const std::string> options);

}  // namespace memplace
