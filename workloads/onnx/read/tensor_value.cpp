// SPDX-License-Identifier: Apache-2.0
#include "workloads/onnx/read/tensor_value.h"

#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

#include <fmt/format.h>

#include "workloads/onnx/infer/inference.h"
#include "workloads/onnx/model/element_types.h"

namespace memplace::onnx {
namespace {

using Ints = std::vector<std::int64_t>;
using Doubles = std::vector<double>;

// IEEE half precision: 1 sign bit, 5 of exponent, 10 of fraction.
double half_to_double(std::uint16_t bits) {
  const int exponent = (bits >> 10U) & 0x1F;
  const int fraction = bits & 0x3FF;
  double magnitude = 0;
  if (exponent == 0) {
    magnitude = std::ldexp(fraction, -24);
  } else if (exponent == 31) {
    magnitude = fraction == 0 ? std::numeric_limits<double>::infinity()
                              : std::numeric_limits<double>::quiet_NaN();
  } else {
    magnitude = std::ldexp(fraction + 1024, exponent - 25);
  }
  return (bits & 0x8000U) != 0 ? -magnitude : magnitude;
}

double bfloat16_to_double(std::uint16_t bits) {
  return static_cast<double>(std::bit_cast<float>(std::uint32_t{bits} << 16U));
}

// Little-endian, as raw_data is; every platform that this builds on is.
template <class T, class Out>
std::vector<Out> from_raw(const std::string& raw) {
  std::vector<Out> result(raw.size() / sizeof(T));
  for (std::size_t i = 0; i < result.size(); ++i) {
    T element;
    std::memcpy(&element, raw.data() + i * sizeof(T), sizeof(T));
    // An int8 element is a number, not a character. NOLINTNEXTLINE(bugprone-signed-char-misuse)
    result[i] = static_cast<Out>(element);
  }
  return result;
}

template <class Field>
Ints ints_from(const Field& field) {
  return Ints(field.begin(), field.end());
}

template <class Field>
Doubles doubles_from(const Field& field) {
  return Doubles(field.begin(), field.end());
}

Doubles sixteen_bit_floats(const Ints& bits, bool bfloat) {
  Doubles result;
  for (const std::int64_t each : bits) {
    const auto low = static_cast<std::uint16_t>(each);
    result.push_back(bfloat ? bfloat16_to_double(low) : half_to_double(low));
  }
  return result;
}

std::optional<ConstantData> data_of(const pb::TensorProto& t) {
  const bool raw = t.has_raw_data();
  const std::string& bytes = t.raw_data();
  using Type = pb::TensorProto;
  switch (t.data_type()) {
    case Type::FLOAT:
      return raw ? from_raw<float, double>(bytes) : doubles_from(t.float_data());
    case Type::DOUBLE:
      return raw ? from_raw<double, double>(bytes) : doubles_from(t.double_data());
    case Type::FLOAT16:
    case Type::BFLOAT16:
      return sixteen_bit_floats(
          raw ? from_raw<std::uint16_t, std::int64_t>(bytes) : ints_from(t.int32_data()),
          t.data_type() == Type::BFLOAT16);
    case Type::UINT8:
    case Type::BOOL:
      return raw ? from_raw<std::uint8_t, std::int64_t>(bytes) : ints_from(t.int32_data());
    case Type::INT8:
      return raw ? from_raw<std::int8_t, std::int64_t>(bytes) : ints_from(t.int32_data());
    case Type::UINT16:
      return raw ? from_raw<std::uint16_t, std::int64_t>(bytes) : ints_from(t.int32_data());
    case Type::INT16:
      return raw ? from_raw<std::int16_t, std::int64_t>(bytes) : ints_from(t.int32_data());
    case Type::INT32:
      return raw ? from_raw<std::int32_t, std::int64_t>(bytes) : ints_from(t.int32_data());
    case Type::INT64:
      return raw ? from_raw<std::int64_t, std::int64_t>(bytes) : ints_from(t.int64_data());
    case Type::UINT32:
      return raw ? from_raw<std::uint32_t, std::int64_t>(bytes) : ints_from(t.uint64_data());
    case Type::UINT64:
      return raw ? from_raw<std::uint64_t, std::int64_t>(bytes) : ints_from(t.uint64_data());
    default:
      return std::nullopt;
  }
}

}  // namespace

Value value_of(const pb::TensorProto& tensor) {
  Value value;
  value.name = tensor.name();
  value.type = element_type(tensor.data_type());
  value.shape.emplace(tensor.dims().begin(), tensor.dims().end());
  value.is_constant = true;
  check_shape(*value.shape);
  const std::int64_t count = element_count(*value.shape);
  if (count > kMostConstantElements || tensor.data_location() == pb::TensorProto::EXTERNAL) {
    return value;
  }
  std::optional<ConstantData> data = data_of(tensor);
  if (!data) {
    return value;
  }
  const std::int64_t size = element_count(*data);
  if (size == count) {
    value.data = std::move(data);
  } else if (size != 0) {
    throw Malformed{fmt::format("{} elements of data for {}", size, to_string(*value.shape))};
  }
  return value;
}

int data_type_of(ElementType type) {
  using Proto = pb::TensorProto;
  switch (type) {
    case ElementType::kUndefined:
      return Proto::UNDEFINED;
    case ElementType::kFloat:
    case ElementType::kFloat16:
    case ElementType::kFloat8:
    case ElementType::kFloat4:
      return Proto::FLOAT;
    case ElementType::kInt2:
    case ElementType::kInt4:
    case ElementType::kInt8:
      return Proto::INT8;
    case ElementType::kInt16:
      return Proto::INT16;
    case ElementType::kInt32:
      return Proto::INT32;
    case ElementType::kInt64:
      return Proto::INT64;
    case ElementType::kBool:
      return Proto::BOOL;
    case ElementType::kString:
      return Proto::STRING;
    case ElementType::kComplex:
      return Proto::COMPLEX64;
  }
  return Proto::UNDEFINED;
}

void to_proto(const Value& value, pb::TensorProto& tensor) {
  tensor.set_data_type(data_type_of(value.type));
  tensor.mutable_dims()->Add(value.shape->begin(), value.shape->end());
  if (const auto* ints = std::get_if<Ints>(&*value.data)) {
    for (const std::int64_t each : *ints) {
      if (value.type == ElementType::kInt64) {
        tensor.add_int64_data(each);
      } else {
        tensor.add_int32_data(static_cast<std::int32_t>(each));
      }
    }
  } else {
    for (const double each : std::get<Doubles>(*value.data)) {
      tensor.add_float_data(static_cast<float>(each));
    }
  }
}

}  // namespace memplace::onnx
