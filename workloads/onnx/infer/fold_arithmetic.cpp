// SPDX-License-Identifier: Apache-2.0
// Values of arithmetic on constants: shapes are computed by it in real files.
#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "workloads/onnx/infer/broadcast_index.h"
#include "workloads/onnx/infer/inference.h"
#include "workloads/onnx/model/element_types.h"

namespace memplace::onnx {
namespace {

using Ints = std::vector<std::int64_t>;
using Doubles = std::vector<double>;

const Ints* ints_of(const Inference& node, std::size_t i) {
  return std::get_if<Ints>(&*node.input(i).data);
}

// Results are kept only where they are exact integers.
using IntOp = bool (*)(std::int64_t, std::int64_t, std::int64_t&);
using DoubleOp = double (*)(double, double);

bool add_int(std::int64_t a, std::int64_t b, std::int64_t& r) {
  return !__builtin_add_overflow(a, b, &r);
}
bool sub_int(std::int64_t a, std::int64_t b, std::int64_t& r) {
  return !__builtin_sub_overflow(a, b, &r);
}
bool mul_int(std::int64_t a, std::int64_t b, std::int64_t& r) {
  return !__builtin_mul_overflow(a, b, &r);
}
bool div_int(std::int64_t a, std::int64_t b, std::int64_t& r) {
  if (b == 0 || b == -1) {
    return b == -1 && sub_int(0, a, r);
  }
  r = a / b;
  return true;
}
// The sign of the divisor, as Python's %; fmod = 1 has the sign of the dividend.
bool mod_int(std::int64_t a, std::int64_t b, std::int64_t& r) {
  if (b == 0 || b == -1) {
    r = 0;
    return b == -1;
  }
  r = a % b;
  if (r != 0 && (r < 0) != (b < 0)) {
    r += b;
  }
  return true;
}
bool fmod_int(std::int64_t a, std::int64_t b, std::int64_t& r) {
  r = 0;
  if (b != 0 && b != -1) {
    r = a % b;
  }
  return b != 0;
}
bool pow_int(std::int64_t a, std::int64_t b, std::int64_t& r) {
  constexpr double kExact = 9007199254740992.0;  // 2^53
  const double result = std::pow(static_cast<double>(a), static_cast<double>(b));
  if (b < 0 || !(std::abs(result) <= kExact)) {
    return false;
  }
  r = static_cast<std::int64_t>(result);
  return true;
}
bool min_int(std::int64_t a, std::int64_t b, std::int64_t& r) {
  r = std::min(a, b);
  return true;
}
bool max_int(std::int64_t a, std::int64_t b, std::int64_t& r) {
  r = std::max(a, b);
  return true;
}

// The binary operator over two broadcast operands; none where a result is not exact.
std::optional<ConstantData> combine(const ConstantData& a, const Shape& a_shape,
                                    const ConstantData& b, const Shape& b_shape, const Shape& out,
                                    IntOp int_op, DoubleOp double_op) {
  const BroadcastIndex a_at(a_shape, out);
  const BroadcastIndex b_at(b_shape, out);
  const auto count = static_cast<std::size_t>(element_count(out));
  const auto* a_ints = std::get_if<Ints>(&a);
  const auto* b_ints = std::get_if<Ints>(&b);
  if (a_ints != nullptr && b_ints != nullptr) {
    Ints result(count);
    for (std::size_t i = 0; i < count; ++i) {
      if (!int_op((*a_ints)[a_at(i)], (*b_ints)[b_at(i)], result[i])) {
        return std::nullopt;
      }
    }
    return result;
  }
  const auto* a_doubles = std::get_if<Doubles>(&a);
  const auto* b_doubles = std::get_if<Doubles>(&b);
  if (a_doubles == nullptr || b_doubles == nullptr) {
    return std::nullopt;
  }
  Doubles result(count);
  for (std::size_t i = 0; i < count; ++i) {
    result[i] = double_op((*a_doubles)[a_at(i)], (*b_doubles)[b_at(i)]);
  }
  return result;
}

template <IntOp kInt, DoubleOp kDouble>
void fold_variadic(Inference& node) {
  ConstantData data = *node.input(0).data;
  Shape shape = node.shape(0);
  for (std::size_t i = 1; i < node.input_count(); ++i) {
    const Shape wider = broadcast(shape, node.shape(i));
    auto next = combine(data, shape, *node.input(i).data, node.shape(i), wider, kInt, kDouble);
    if (!next) {
      return;
    }
    data = std::move(*next);
    shape = wider;
  }
  node.set_data(0, std::move(data));
}

double add_double(double a, double b) { return a + b; }
double sub_double(double a, double b) { return a - b; }
double mul_double(double a, double b) { return a * b; }
double div_double(double a, double b) { return a / b; }
double fmod_double(double a, double b) { return std::fmod(a, b); }
double pow_double(double a, double b) { return std::pow(a, b); }
double min_double(double a, double b) { return std::min(a, b); }
double max_double(double a, double b) { return std::max(a, b); }

void fold_mod(Inference& node) {
  if (node.integer("fmod", 0) != 0) {
    fold_variadic<fmod_int, fmod_double>(node);
  } else {
    fold_variadic<mod_int, fmod_double>(node);
  }
}

// Comparisons and logic: 0 or 1, of integers or of floats alike.
template <class Compare>
void fold_compare(Inference& node) {
  const Shape& out = *node.outputs()[0].shape;
  const BroadcastIndex a_at(node.shape(0), out);
  const BroadcastIndex b_at(node.shape(1), out);
  Ints result(static_cast<std::size_t>(element_count(out)));
  const Ints* a = ints_of(node, 0);
  const Ints* b = ints_of(node, 1);
  if (a != nullptr && b != nullptr) {
    for (std::size_t i = 0; i < result.size(); ++i) {
      result[i] = Compare()((*a)[a_at(i)], (*b)[b_at(i)]) ? 1 : 0;
    }
  } else {
    const Doubles x = node.numbers(0);
    const Doubles y = node.numbers(1);
    for (std::size_t i = 0; i < result.size(); ++i) {
      result[i] = Compare()(x[a_at(i)], y[b_at(i)]) ? 1 : 0;
    }
  }
  node.set_data(0, std::move(result));
}

struct LogicalXor {
  template <class T>
  bool operator()(T a, T b) const {
    return (a != 0) != (b != 0);
  }
};

template <double (*kFunction)(double)>
void fold_float(Inference& node) {
  const auto* data = std::get_if<Doubles>(&*node.input(0).data);
  if (data != nullptr) {
    Doubles result(data->size());
    std::transform(data->begin(), data->end(), result.begin(), kFunction);
    node.set_data(0, std::move(result));
  }
}

void fold_not(Inference& node) {
  Ints result = node.ints(0);
  for (std::int64_t& value : result) {
    value = value == 0 ? 1 : 0;
  }
  node.set_data(0, std::move(result));
}

template <bool kOnlyNegative>
void fold_sign_change(Inference& node) {
  ConstantData data = *node.input(0).data;
  if (auto* ints = std::get_if<Ints>(&data)) {
    for (std::int64_t& value : *ints) {
      if ((!kOnlyNegative || value < 0) && !sub_int(0, value, value)) {
        return;
      }
    }
  } else {
    for (double& value : std::get<Doubles>(data)) {
      value = kOnlyNegative ? std::abs(value) : -value;
    }
  }
  node.set_data(0, std::move(data));
}

double reciprocal(double x) { return 1 / x; }

// Whether an integer type of these bits, signed or not, holds the value.
bool fits(double value, int bits) {
  return value >= -std::ldexp(1.0, bits - 1) && value < std::ldexp(1.0, bits == 64 ? 63 : bits);
}

void fold_cast(Inference& node) {
  const ElementType type = node.outputs()[0].type;
  const Ints* ints = ints_of(node, 0);
  if (type == ElementType::kFloat || type == ElementType::kFloat16) {
    return node.set_data(0, node.numbers(0));
  }
  if (bits_of(type) == 0 || type == ElementType::kFloat8 || type == ElementType::kFloat4) {
    return;
  }
  const Doubles numbers = node.numbers(0);
  Ints result(numbers.size());
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    if (type == ElementType::kBool) {
      result[i] = numbers[i] != 0 ? 1 : 0;
    } else if (ints != nullptr && type == ElementType::kInt64) {
      result[i] = (*ints)[i];
    } else if (const double whole = std::trunc(numbers[i]); fits(whole, bits_of(type))) {
      result[i] = static_cast<std::int64_t>(whole);
    } else {
      return;
    }
  }
  node.set_data(0, std::move(result));
}

void fold_where(Inference& node) {
  const Shape& out = *node.outputs()[0].shape;
  const BroadcastIndex c_at(node.shape(0), out);
  const BroadcastIndex a_at(node.shape(1), out);
  const BroadcastIndex b_at(node.shape(2), out);
  const Ints& condition = node.ints(0);
  const auto count = static_cast<std::size_t>(element_count(out));
  std::visit(
      [&](const auto& a) {
        using Data = std::decay_t<decltype(a)>;
        const auto* b = std::get_if<Data>(&*node.input(2).data);
        if (b == nullptr) {
          return;
        }
        Data result(count);
        for (std::size_t i = 0; i < count; ++i) {
          result[i] = condition[c_at(i)] != 0 ? a[a_at(i)] : (*b)[b_at(i)];
        }
        node.set_data(0, std::move(result));
      },
      *node.input(1).data);
}

// Reductions over all elements, which is what shape arithmetic uses.
template <IntOp kInt, DoubleOp kDouble>
void fold_reduce(Inference& node) {
  if (element_count(*node.outputs()[0].shape) != 1 || element_count(node.shape(0)) == 0) {
    return;
  }
  if (const Ints* ints = ints_of(node, 0)) {
    std::int64_t total = ints->front();
    for (std::size_t i = 1; i < ints->size(); ++i) {
      if (!kInt(total, (*ints)[i], total)) {
        return;
      }
    }
    return node.set_data(0, Ints{total});
  }
  const auto& data = std::get<Doubles>(*node.input(0).data);
  double total = data.front();
  for (std::size_t i = 1; i < data.size(); ++i) {
    total = kDouble(total, data[i]);
  }
  node.set_data(0, Doubles{total});
}

constexpr std::array<NamedRule, 39> kArithmeticFolds{{
    {"Add", fold_variadic<add_int, add_double>},
    {"Sum", fold_variadic<add_int, add_double>},
    {"Sub", fold_variadic<sub_int, sub_double>},
    {"Mul", fold_variadic<mul_int, mul_double>},
    {"Div", fold_variadic<div_int, div_double>},
    {"Mod", fold_mod},
    {"Pow", fold_variadic<pow_int, pow_double>},
    {"Min", fold_variadic<min_int, min_double>},
    {"Max", fold_variadic<max_int, max_double>},
    {"Equal", fold_compare<std::equal_to<>>},
    {"Less", fold_compare<std::less<>>},
    {"LessOrEqual", fold_compare<std::less_equal<>>},
    {"Greater", fold_compare<std::greater<>>},
    {"GreaterOrEqual", fold_compare<std::greater_equal<>>},
    {"And", fold_compare<std::logical_and<>>},
    {"Or", fold_compare<std::logical_or<>>},
    {"Xor", fold_compare<LogicalXor>},
    {"Not", fold_not},
    {"Neg", fold_sign_change<false>},
    {"Abs", fold_sign_change<true>},
    {"Floor", fold_float<std::floor>},
    {"Ceil", fold_float<std::ceil>},
    {"Round", fold_float<std::nearbyint>},
    {"Sqrt", fold_float<std::sqrt>},
    {"Exp", fold_float<std::exp>},
    {"Log", fold_float<std::log>},
    {"Sin", fold_float<std::sin>},
    {"Cos", fold_float<std::cos>},
    {"Tan", fold_float<std::tan>},
    {"Tanh", fold_float<std::tanh>},
    {"Erf", fold_float<std::erf>},
    {"Reciprocal", fold_float<reciprocal>},
    {"Cast", fold_cast},
    {"CastLike", fold_cast},
    {"Where", fold_where},
    {"ReduceSum", fold_reduce<add_int, add_double>},
    {"ReduceProd", fold_reduce<mul_int, mul_double>},
    {"ReduceMax", fold_reduce<max_int, max_double>},
    {"ReduceMin", fold_reduce<min_int, min_double>},
}};

}  // namespace

std::span<const NamedRule> arithmetic_folds() { return kArithmeticFolds; }

}  // namespace memplace::onnx
