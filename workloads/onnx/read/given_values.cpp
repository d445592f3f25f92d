// SPDX-License-Identifier: Apache-2.0
#include "workloads/onnx/read/given_values.h"

#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "base/error.h"
#include "workloads/onnx/infer/inference.h"

namespace memplace::onnx {
namespace {

// All integers up to here are doubles.
constexpr double kLargestInteger = 9007199254740992;

bool is_integer(ElementType type) {
  switch (type) {
    case ElementType::kInt2:
    case ElementType::kInt4:
    case ElementType::kInt8:
    case ElementType::kInt16:
    case ElementType::kInt32:
    case ElementType::kInt64:
    case ElementType::kBool:
      return true;
    default:
      return false;
  }
}

std::vector<std::int64_t> integers(const Value& value, const std::vector<double>& numbers) {
  std::vector<std::int64_t> whole;
  whole.reserve(numbers.size());
  const bool flag = value.type == ElementType::kBool;
  for (const double number : numbers) {
    if (number != std::floor(number) || std::abs(number) > kLargestInteger ||
        (flag && number != 0 && number != 1)) {
      throw Malformed{fmt::format("\"{}\" is given as {}, and holds {}", printable(value.name),
                                  number, flag ? "true or false" : "whole numbers")};
    }
    whole.push_back(static_cast<std::int64_t>(number));
  }
  return whole;
}

}  // namespace

void GivenValues::give(Value& value) {
  const std::vector<double>& given = values_.at(value.name);
  taken_.insert(value.name);
  if (value.type == ElementType::kString || value.type == ElementType::kComplex) {
    throw Malformed{fmt::format("\"{}\" is given a number, and holds none", printable(value.name))};
  }
  if (!value.shape.has_value()) {
    value.shape = given.size() == 1 ? Shape{} : Shape{static_cast<std::int64_t>(given.size())};
  }
  const std::int64_t count = element_count(*value.shape);
  if (count != static_cast<std::int64_t>(given.size())) {
    throw Malformed{fmt::format("\"{}\" is given {} numbers, and is {}", printable(value.name),
                                given.size(), to_string(*value.shape))};
  }
  value.is_constant = true;
  value.data = is_integer(value.type) ? ConstantData(integers(value, given)) : ConstantData(given);
}

void GivenValues::check_taken(const std::vector<std::string>& known) const {
  for (const auto& [name, numbers] : values_) {
    if (!taken_.contains(name)) {
      throw Malformed{unknown_name_message("input with a value to be given", name, known)};
    }
  }
}

}  // namespace memplace::onnx
