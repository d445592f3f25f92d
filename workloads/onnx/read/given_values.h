// SPDX-License-Identifier: Apache-2.0
// Values that are given to inputs which decide a branch, a trip count or a shape, and to constants
// whose data the file lacks.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "workloads/onnx/model/model.h"

namespace memplace::onnx {

// What is wrong with what is given is thrown as Malformed.
class GivenValues {
 public:
  using Values = std::map<std::string, std::vector<double>>;

  explicit GivenValues(const Values& values) : values_(values) {}

  bool has(const std::string& name) const { return values_.contains(name); }
  // `value`, of which name and type are known, becomes the constant that is given: of its shape
  // where it has one, else a number, or a list of several.
  void give(Value& value);
  // Once all is read: that each was somebody's. `known` are inputs.
  void check_taken(const std::vector<std::string>& known) const;

 private:
  const Values& values_;
  std::set<std::string> taken_;
};

}  // namespace memplace::onnx
