// SPDX-License-Identifier: Apache-2.0
#include "workloads/onnx/wire/payload_filter.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "base/error.h"
#include "workloads/onnx/model/element_types.h"
#include "workloads/onnx/wire/wire_file.h"

namespace memplace::onnx {
namespace {

enum class Message {
  kModel,
  kGraph,
  kNode,
  kAttribute,
  kTensor,
  kSparseTensor,
  kFunction,
  kValueInfo,
  kType,
  kTensorType,
  kNestedType,  // Sequence and Optional
  kMapType,
  kShape,
  kDimension,
  kOpset,
};

enum class Content {
  kInteger,
  kIntegers,  // one, or packed
  kFloat,
  kFloats,
  kDoubles,
  kString,   // at most kLargestPayload
  kBlob,     // passed over where longer than that
  kMessage,  // of kind `message`
};

struct FieldRule {
  std::uint64_t number;
  Content content;
  Message message = Message::kModel;
};

struct MessageRule {
  std::string_view name;
  std::vector<FieldRule> fields;  // others are passed over
};

constexpr std::uint64_t kDims = 1;
constexpr std::uint64_t kDataType = 2;
constexpr std::uint64_t kFloatData = 4;
constexpr std::uint64_t kInt32Data = 5;
constexpr std::uint64_t kStringData = 6;
constexpr std::uint64_t kInt64Data = 7;
constexpr std::uint64_t kTensorName = 8;
constexpr std::uint64_t kRawData = 9;
constexpr std::uint64_t kDoubleData = 10;
constexpr std::uint64_t kUint64Data = 11;
constexpr std::uint64_t kDataLocation = 14;

// After onnx.proto of ONNX 1.18; the numbers are those of its fields.
const MessageRule& rule_of(Message message) {
  using C = Content;
  using M = Message;
  static const std::array<MessageRule, 15> rules{{
      {"ModelProto",
       {{1, C::kInteger},
        {7, C::kMessage, M::kGraph},
        {8, C::kMessage, M::kOpset},
        {25, C::kMessage, M::kFunction}}},
      {"GraphProto",
       {{1, C::kMessage, M::kNode},
        {2, C::kString},
        {5, C::kMessage, M::kTensor},
        {11, C::kMessage, M::kValueInfo},
        {12, C::kMessage, M::kValueInfo},
        {13, C::kMessage, M::kValueInfo},
        {15, C::kMessage, M::kSparseTensor}}},
      {"NodeProto",
       {{1, C::kString},
        {2, C::kString},
        {3, C::kString},
        {4, C::kString},
        {5, C::kMessage, M::kAttribute},
        {7, C::kString},
        {8, C::kString}}},
      {"AttributeProto",
       {{1, C::kString},
        {2, C::kFloat},
        {3, C::kInteger},
        {4, C::kBlob},
        {5, C::kMessage, M::kTensor},
        {6, C::kMessage, M::kGraph},
        {7, C::kFloats},
        {8, C::kIntegers},
        {9, C::kBlob},
        {10, C::kMessage, M::kTensor},
        {11, C::kMessage, M::kGraph},
        {14, C::kMessage, M::kType},
        {15, C::kMessage, M::kType},
        {20, C::kInteger},
        {21, C::kString},
        {22, C::kMessage, M::kSparseTensor},
        {23, C::kMessage, M::kSparseTensor}}},
      {"TensorProto",
       {{kDims, C::kIntegers},
        {kDataType, C::kInteger},
        {kFloatData, C::kFloats},
        {kInt32Data, C::kIntegers},
        {kStringData, C::kBlob},
        {kInt64Data, C::kIntegers},
        {kTensorName, C::kString},
        {kRawData, C::kBlob},
        {kDoubleData, C::kDoubles},
        {kUint64Data, C::kIntegers},
        {kDataLocation, C::kInteger}}},
      {"SparseTensorProto",
       {{1, C::kMessage, M::kTensor}, {2, C::kMessage, M::kTensor}, {3, C::kIntegers}}},
      {"FunctionProto",
       {{1, C::kString},
        {4, C::kString},
        {5, C::kString},
        {6, C::kString},
        {7, C::kMessage, M::kNode},
        {9, C::kMessage, M::kOpset},
        {10, C::kString},
        {11, C::kMessage, M::kAttribute},
        {13, C::kString}}},
      {"ValueInfoProto", {{1, C::kString}, {2, C::kMessage, M::kType}}},
      {"TypeProto",
       {{1, C::kMessage, M::kTensorType},
        {4, C::kMessage, M::kNestedType},
        {5, C::kMessage, M::kMapType},
        {8, C::kMessage, M::kTensorType},
        {9, C::kMessage, M::kNestedType}}},
      {"TypeProto.Tensor", {{1, C::kInteger}, {2, C::kMessage, M::kShape}}},
      {"TypeProto.Sequence", {{1, C::kMessage, M::kType}}},
      {"TypeProto.Map", {{1, C::kInteger}, {2, C::kMessage, M::kType}}},
      {"TensorShapeProto", {{1, C::kMessage, M::kDimension}}},
      {"TensorShapeProto.Dimension", {{1, C::kInteger}, {2, C::kString}}},
      {"OperatorSetIdProto", {{1, C::kString}, {2, C::kInteger}}},
  }};
  return rules.at(static_cast<std::size_t>(message));
}

// Protobuf's wire types.
constexpr unsigned kVarint = 0;
constexpr unsigned kFixed64 = 1;
constexpr unsigned kLength = 2;
constexpr unsigned kFixed32 = 5;

unsigned wire_type_of(Content content) {
  switch (content) {
    case Content::kInteger:
    case Content::kIntegers:
      return kVarint;
    case Content::kFloat:
    case Content::kFloats:
      return kFixed32;
    case Content::kDoubles:
      return kFixed64;
    default:
      return kLength;
  }
}

bool may_be_packed(Content content) {
  return content == Content::kIntegers || content == Content::kFloats ||
         content == Content::kDoubles;
}

void append_varint(std::string& out, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7U) {
    out += static_cast<char>((value & 0x7FU) | 0x80U);
  }
  out += static_cast<char>(value);
}

void append_tag(std::string& out, std::uint64_t number, unsigned wire_type) {
  append_varint(out, (number << 3U) | wire_type);
}

struct Tag {
  std::int64_t begin = 0;  // its offset
  std::uint64_t number = 0;
  unsigned wire_type = 0;
};

// What is learned of a TensorProto on the way.
struct TensorState {
  std::int64_t begin = 0;
  std::vector<std::int64_t> dims;
  std::int64_t data_type = 0;
  std::string name;
  bool external = false;
  std::array<std::int64_t, 12> bytes{};    // of payload, by field
  std::array<std::int64_t, 12> entries{};  // of payload outside packed fields, by field
  std::optional<std::int64_t> raw;         // bytes of raw_data
  std::string kept;                        // serialized payload fields
  bool dropped = false;
};

bool is_payload(std::uint64_t field) {
  return (field >= kFloatData && field <= kInt64Data) ||
         (field >= kRawData && field <= kUint64Data);
}

class PayloadFilter {
 public:
  explicit PayloadFilter(const std::string& path) : path_(printable(path, 1000)), file_(path) {}

  std::string run() {
    std::string out;
    copy_message(Message::kModel, file_.size(), 1, out);
    return out;
  }

 private:
  Tag read_tag(const MessageRule& rule, std::int64_t end) {
    Tag tag;
    tag.begin = file_.offset();
    const std::string what = fmt::format("a field of {}", rule.name);
    const std::uint64_t value = file_.varint(end, what);
    tag.number = value >> 3U;
    tag.wire_type = static_cast<unsigned>(value & 7U);
    if (tag.number == 0 || tag.number > 0x1FFF'FFFFU) {
      file_.fail(tag.begin, what, fmt::format("field number {}", tag.number));
    }
    if (tag.wire_type != kVarint && tag.wire_type != kFixed64 && tag.wire_type != kLength &&
        tag.wire_type != kFixed32) {
      file_.fail(tag.begin, what, fmt::format("wire type {}", tag.wire_type));
    }
    return tag;
  }

  std::int64_t read_length(std::int64_t end, std::string_view what) {
    const std::int64_t begin = file_.offset();
    const std::uint64_t length = file_.varint(end, fmt::format("the length of {}", what));
    const std::int64_t left = end - file_.offset();
    if (length > static_cast<std::uint64_t>(left)) {
      file_.fail(begin, fmt::format("the length of {}, at most {}", what, left),
                 fmt::format("{}", length));
    }
    return static_cast<std::int64_t>(length);
  }

  void skip_field(const Tag& tag, std::int64_t end) {
    switch (tag.wire_type) {
      case kVarint:
        file_.varint(end, "an integer");
        return;
      case kFixed64:
        return file_.skip(8, end, "a 64-bit value");
      case kFixed32:
        return file_.skip(4, end, "a 32-bit value");
      default:
        const std::int64_t length = read_length(end, "an unknown field");
        return file_.skip(length, end, "an unknown field");
    }
  }

  void count_field(std::int64_t offset) {
    if (++fields_ > kMostFields) {
      file_.fail(offset, fmt::format("at most {} strings and messages in a model", kMostFields),
                 "one more");
    }
  }

  void count_kept(std::int64_t offset, std::int64_t bytes) {
    kept_ += bytes;
    if (kept_ > kMostKeptBytes) {
      file_.fail(offset,
                 fmt::format("at most {} MiB of a model beside tensor data", kMostKeptBytes >> 20U),
                 "more");
    }
  }

  void copy_message(Message message, std::int64_t end, int depth, std::string& out) {
    if (depth > kDeepestNesting) {
      file_.fail(file_.offset(), fmt::format("messages nested at most {} deep", kDeepestNesting),
                 "a deeper one");
    }
    if (message == Message::kTensor) {
      return copy_tensor(end, out);
    }
    const MessageRule& rule = rule_of(message);
    while (file_.offset() < end) {
      const Tag tag = read_tag(rule, end);
      const FieldRule* field = find_rule(rule, tag);
      if (field == nullptr) {
        skip_field(tag, end);
      } else {
        copy_field(rule, *field, tag, end, depth, out);
      }
    }
  }

  const FieldRule* find_rule(const MessageRule& rule, const Tag& tag) const {
    const auto found = std::find_if(rule.fields.begin(), rule.fields.end(),
                                    [&](const FieldRule& f) { return f.number == tag.number; });
    if (found == rule.fields.end()) {
      return nullptr;
    }
    const unsigned wire_type = wire_type_of(found->content);
    if (tag.wire_type != wire_type &&
        !(tag.wire_type == kLength && may_be_packed(found->content))) {
      file_.fail(tag.begin,
                 fmt::format("field {} of {} with wire type {}", tag.number, rule.name, wire_type),
                 fmt::format("wire type {}", tag.wire_type));
    }
    return &*found;
  }

  void copy_field(const MessageRule& rule, const FieldRule& field, const Tag& tag, std::int64_t end,
                  int depth, std::string& out) {
    const std::string what = fmt::format("field {} of {}", tag.number, rule.name);
    if (tag.wire_type != kLength) {
      append_tag(out, tag.number, tag.wire_type);
      copy_scalar(tag, end, what, out);
      return count_kept(tag.begin, 8);
    }
    const std::int64_t length = read_length(end, what);
    count_field(tag.begin);
    if (field.content == Content::kMessage) {
      std::string inner;
      copy_message(field.message, file_.offset() + length, depth + 1, inner);
      append_tag(out, tag.number, kLength);
      append_varint(out, inner.size());
      out += inner;
      return;
    }
    if (length > kLargestPayload) {
      if (field.content == Content::kString) {
        file_.fail(tag.begin, fmt::format("a string of at most {} bytes", kLargestPayload),
                   fmt::format("{} bytes", length));
      }
      return file_.skip(length, end, what);
    }
    append_tag(out, tag.number, kLength);
    append_varint(out, static_cast<std::uint64_t>(length));
    file_.copy(length, end, what, out);
    count_kept(tag.begin, length);
  }

  std::uint64_t copy_scalar(const Tag& tag, std::int64_t end, const std::string& what,
                            std::string& out) {
    std::uint64_t value = 0;
    if (tag.wire_type == kVarint) {
      value = file_.varint(end, what);
      append_varint(out, value);
    } else {
      file_.copy(tag.wire_type == kFixed32 ? 4 : 8, end, what, out);
    }
    return value;
  }

  void copy_tensor(std::int64_t end, std::string& out) {
    const MessageRule& rule = rule_of(Message::kTensor);
    TensorState state;
    state.begin = file_.offset();
    while (file_.offset() < end) {
      const Tag tag = read_tag(rule, end);
      if (find_rule(rule, tag) == nullptr) {
        skip_field(tag, end);
      } else if (is_payload(tag.number)) {
        copy_payload(tag, end, state);
      } else {
        copy_tensor_field(tag, end, state, out);
      }
    }
    check_payload(state);
    if (!state.dropped) {
      out += state.kept;
      payload_ += static_cast<std::int64_t>(state.kept.size());
      count_kept(state.begin, static_cast<std::int64_t>(state.kept.size()));
    }
  }

  void copy_tensor_field(const Tag& tag, std::int64_t end, TensorState& state, std::string& out) {
    const std::string what = fmt::format("field {} of TensorProto", tag.number);
    append_tag(out, tag.number, tag.wire_type);
    if (tag.wire_type != kLength) {
      const auto value = static_cast<std::int64_t>(copy_scalar(tag, end, what, out));
      if (tag.number == kDims) {
        add_dimension(state, value, tag.begin);
      } else if (tag.number == kDataType) {
        state.data_type = value;
      } else {
        state.external = value == 1;
      }
      return;
    }
    const std::int64_t length = read_length(end, what);
    count_field(tag.begin);
    if (length > kLargestPayload) {
      file_.fail(tag.begin, fmt::format("{} of at most {} bytes", what, kLargestPayload),
                 fmt::format("{} bytes", length));
    }
    append_varint(out, static_cast<std::uint64_t>(length));
    count_kept(tag.begin, length);
    if (tag.number == kTensorName) {
      state.name.clear();
      file_.copy(length, end, what, state.name);
      out += state.name;
      return;
    }
    const std::int64_t last = file_.offset() + length;
    while (file_.offset() < last) {
      const std::uint64_t value = file_.varint(last, "a dimension");
      append_varint(out, value);
      add_dimension(state, static_cast<std::int64_t>(value), tag.begin);
    }
  }

  void add_dimension(TensorState& state, std::int64_t value, std::int64_t offset) const {
    if (state.dims.size() >= 64) {
      file_.fail(offset, "a tensor of at most 64 dimensions", "one more");
    }
    state.dims.push_back(value);
  }

  void copy_payload(const Tag& tag, std::int64_t end, TensorState& state) {
    const std::string what = fmt::format("field {} of TensorProto", tag.number);
    const std::int64_t limit = payload_ < kPayloadBudget ? kLargestPayload : kSmallPayload;
    const std::int64_t length = tag.wire_type == kLength    ? read_length(end, what)
                                : tag.wire_type == kFixed32 ? 4
                                : tag.wire_type == kFixed64 ? 8
                                                            : 1;
    const bool packed = tag.wire_type == kLength && tag.number != kStringData;
    state.bytes.at(tag.number) += packed ? length : 0;
    state.entries.at(tag.number) += packed ? 0 : 1;
    if (tag.number == kRawData) {
      state.raw = length;
    }
    // A string of the payload is 32 bytes in memory, however short.
    const std::int64_t cost = length + (tag.number == kStringData ? 32 : 0);
    if (!state.dropped && static_cast<std::int64_t>(state.kept.size()) + cost > limit) {
      state.dropped = true;
      state.kept.clear();
      state.kept.shrink_to_fit();
    }
    if (state.dropped) {
      if (tag.wire_type == kVarint) {
        file_.varint(end, what);
      } else {
        file_.skip(length, end, what);
      }
      return;
    }
    append_tag(state.kept, tag.number, tag.wire_type);
    if (tag.wire_type != kLength) {
      copy_scalar(tag, end, what, state.kept);
      return;
    }
    append_varint(state.kept, static_cast<std::uint64_t>(length));
    file_.copy(length, end, what, state.kept);
  }

  [[noreturn]] void fail_tensor(const TensorState& state, const std::string& message) const {
    throw Error(fmt::format("{}: byte {}: tensor \"{}\": {}", path_, state.begin,
                            printable(state.name), message));
  }

  void check_payload(const TensorState& state) const {
    const auto type = element_type_info(state.data_type);
    if (!type) {
      fail_tensor(state, fmt::format("element type {} is unknown", state.data_type));
    }
    std::int64_t elements = 1;
    for (const std::int64_t dim : state.dims) {
      if (dim < 0) {
        fail_tensor(state, fmt::format("dimension {} is negative", dim));
      }
      // 16 bytes an element: the sizes below cannot overflow either.
      if (__builtin_mul_overflow(elements, dim, &elements) || elements > (INT64_MAX >> 8U)) {
        fail_tensor(state, fmt::format("[{}] is too large", fmt::join(state.dims, ", ")));
      }
    }
    if (state.external) {
      return;
    }
    const std::string shape = fmt::format("{}[{}]", type->name, fmt::join(state.dims, ", "));
    if (state.raw) {
      const std::int64_t expected = (elements * type->bits + 7) / 8;
      if (type->bits == 0 || *state.raw != expected) {
        fail_tensor(state, fmt::format("{} bytes of raw_data, expected {} for {}", *state.raw,
                                       expected, shape));
      }
      return;
    }
    check_entries(state, *type, elements, shape);
  }

  // Packed integers have 1 to 10 bytes each; they are counted one by one only where kept.
  void check_entries(const TensorState& state, const ElementTypeInfo& type, std::int64_t elements,
                     const std::string& shape) const {
    struct Rule {
      PayloadField field;
      std::uint64_t number;
      std::int64_t least;
      std::int64_t most;
    };
    static constexpr std::array<Rule, 6> kRules{{{PayloadField::kFloat, kFloatData, 4, 4},
                                                 {PayloadField::kInt32, kInt32Data, 1, 10},
                                                 {PayloadField::kString, kStringData, 1, 1},
                                                 {PayloadField::kInt64, kInt64Data, 1, 10},
                                                 {PayloadField::kDouble, kDoubleData, 8, 8},
                                                 {PayloadField::kUint64, kUint64Data, 1, 10}}};
    const std::int64_t expected =
        type.per_element == 0 ? (elements * type.bits + 7) / 8 : elements * type.per_element;
    const Rule& rule = kRules.at(static_cast<std::size_t>(type.field));
    const std::int64_t bytes = state.bytes.at(rule.number);
    const std::int64_t entries = state.entries.at(rule.number);
    if (bytes == 0 && entries == 0) {
      return;
    }
    const std::int64_t most = entries + bytes / rule.least;
    const std::int64_t least = entries + (bytes + rule.most - 1) / rule.most;
    if (expected < least || expected > most) {
      fail_tensor(
          state, fmt::format("{} bytes of data and {} single elements, expected {} elements for {}",
                             bytes, entries, expected, shape));
    }
  }

  std::string path_;
  WireFile file_;
  std::int64_t fields_ = 0;
  std::int64_t kept_ = 0;
  std::int64_t payload_ = 0;
};

}  // namespace

std::string read_without_payloads(const std::string& path) { return PayloadFilter(path).run(); }

}  // namespace memplace::onnx
