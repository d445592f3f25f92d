// SPDX-License-Identifier: Apache-2.0
#include "workloads/onnx/convert/emit.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/error.h"
#include "base/int128.h"
#include "workloads/onnx/convert/plan.h"
#include "workloads/onnx/model/names.h"

namespace memplace::onnx {
namespace {

// Biases, scales and shifts are kept wider than the network's type.
constexpr std::int64_t kBiasBytes = 4;

// A value as ops read it: a tensor of this type, or fewer of its bytes where a selection is read in
// place.
struct Source {
  TensorId tensor;
  Bytes bytes;
  ElementType type;
};

// All that shares one weights tensor: the constant whose elements they are, and what is kept
// beside it.
struct WeightsGroup {
  std::set<ValueId> extras;
  std::set<ValueId> scales;
  std::int64_t folded_bias = 0;
  std::optional<TensorId> tensor;
};

class Emitter {
 public:
  Emitter(Draft& draft, const ConvertOptions& options)
      : draft_(draft), options_(options), builder_(graph_name(draft)) {}

  Graph run() {
    plan();
    for (const ValueId id : draft_.inputs()) {
      if (draft_.users(id).empty() && !draft_.is_output(id)) {
        draft_.remarks.add("left out: inputs that nobody reads");
      } else if (holds_nothing(id)) {
        draft_.remarks.add("left out: inputs that hold nothing");
      } else {
        add_input(id);
      }
    }
    // Nodes and their ops in order; views stand between them.
    std::size_t next = 0;
    for (std::size_t i = 0; i < draft_.nodes().size(); ++i) {
      for (; next < ops_.size() && owners_[next] == i; ++next) {
        add_op(ops_[next]);
      }
      if (draft_.node(i).alive && is_alias(draft_.node(i))) {
        add_alias(draft_.node(i));
      }
    }
    mark_outputs();
    for (const std::string& text : draft_.warnings) {
      builder_.warn(text);
    }
    for (const auto& [tensor, names] : origins_) {
      builder_.set_origin(tensor, names);
    }
    return builder_.build();
  }

 private:
  static std::string graph_name(const Draft& draft) {
    Names names;
    return draft.name().empty() ? "onnx" : names.unique(draft.name());
  }

  // An exported tensor has the bytes that it says.
  bool holds_nothing(ValueId id) const { return draft_.elements(id) == 0 && !exact_.contains(id); }

  bool is_alias(const DraftNode& node) const {
    if (node.domain == kOwnDomain) {
      return false;
    }
    const OperatorRow* row = find_operator(node.domain, node.op_type);
    return (row != nullptr && row->work == OperatorClass::kView) || is_selection(node);
  }

  // What matrix products alone read, and nobody copies: rows (Gather of one index, or a Slice), or
  // heads that several queries share (Expand).
  bool is_selection(const DraftNode& node) const {
    const bool gathers = node.is("Gather") && draft_.is_scalar(required(node, 1));
    if ((!gathers && !node.is("Slice") && !node.is("Expand")) ||
        draft_.is_constant(required(node, 0))) {
      return false;
    }
    ValueId at = result(node);
    for (int depth = 0; depth < 8; ++depth) {
      const auto user = draft_.sole_user(at);
      if (!user.has_value()) {
        return false;
      }
      const DraftNode& reader = draft_.node(*user);
      if (grid_operands(reader).has_value()) {
        return !is_convolution(reader);
      }
      const OperatorRow* row = find_operator(reader.domain, reader.op_type);
      if (row == nullptr || row->work != OperatorClass::kView) {
        return false;
      }
      at = result(reader);
    }
    return false;
  }

  void plan() {
    // Planning may add values but no nodes.
    for (std::size_t i = 0; i < draft_.nodes().size(); ++i) {
      if (!draft_.node(i).alive || is_alias(draft_.node(i))) {
        continue;
      }
      plan_node(draft_, draft_.node(i), ops_);
      for (std::size_t op = owners_.size(); op < ops_.size(); ++op) {
        ops_[op].origin = draft_.node(i).origin;
      }
      owners_.resize(ops_.size(), i);
    }
    for (PlannedOp& op : ops_) {
      settle_weights(op);
      if (op.exact.has_value()) {
        note_exact(op);
      }
    }
  }

  // Chooses what the op's weights are named after and shared by, and gathers what is beside it.
  void settle_weights(PlannedOp& op) {
    if (!op.weights.has_value() && !op.extras.empty()) {
      const auto largest = std::max_element(
          op.extras.begin(), op.extras.end(),
          [&](ValueId a, ValueId b) { return draft_.elements(a) < draft_.elements(b); });
      op.weights = *largest;
    }
    if (!op.weights.has_value()) {
      return;
    }
    WeightsGroup& group = groups_[root(*op.weights)];
    const auto gather = [&](const std::vector<ValueId>& from, std::set<ValueId>& to) {
      to.insert(from.begin(), from.end());
      to.erase(*op.weights);
    };
    gather(op.extras, group.extras);
    gather(op.scales, group.scales);
    group.folded_bias += op.folded_bias;
  }

  ValueId root(ValueId id) const {
    for (int depth = 0; draft_.value(id).source.has_value() && depth < 64; ++depth) {
      id = *draft_.value(id).source;
    }
    return id;
  }

  void note_exact(const PlannedOp& op) {
    for (std::size_t i = 0; i < op.inputs.size() && i < op.exact->inputs.size(); ++i) {
      exact_[op.inputs[i]] = {Bytes(op.exact->inputs[i]), op.exact->input_types[i]};
    }
    for (std::size_t i = 0; i < op.outputs.size() && i < op.exact->outputs.size(); ++i) {
      exact_[op.outputs[i]] = {Bytes(op.exact->outputs[i]), op.exact->output_types[i]};
    }
  }

  DType type_of(ElementType type) const {
    switch (type) {
      case ElementType::kFloat8:
      case ElementType::kFloat4:
      case ElementType::kInt2:
      case ElementType::kInt4:
      case ElementType::kInt8:
      case ElementType::kBool:
        return DType::kInt8;
      case ElementType::kInt16:
        return DType::kFp16;  // the type of ours that is as wide
      case ElementType::kInt32:
        return DType::kInt32;
      case ElementType::kInt64:
        return DType::kInt64;
      default:
        return options_.dtype;
    }
  }

  Bytes bytes_of(ElementType type, std::int64_t elements) const {
    if (const int bits = bits_of(type); bits > 0 && bits < 8) {
      return Bytes(ceil_div(elements * bits, 8));
    }
    if (type == ElementType::kComplex) {
      return size_of(options_.dtype) * (2 * elements);
    }
    return size_of(type_of(type)) * elements;
  }

  // Bytes of a constant kept beside other weights, or alone by an op that is no product: one
  // element a channel is kept wide.
  Bytes parameter_bytes(ValueId id, bool matrix) const {
    const Value& value = draft_.value(id);
    const auto extents = std::count_if(value.shape->begin(), value.shape->end(),
                                       [](std::int64_t n) { return n > 1; });
    return !matrix && is_wide_float(value.type) && extents <= 1
               ? Bytes(kBiasBytes) * draft_.elements(id)
               : bytes_of(value.type, draft_.elements(id));
  }

  // Scales of packed weights are no floats of the network, and keep the width that the file gives.
  Bytes scale_bytes(ValueId id) const {
    const ElementType type = draft_.value(id).type;
    return type == ElementType::kUndefined
               ? bytes_of(type, draft_.elements(id))
               : Bytes(ceil_div(draft_.elements(id) * bits_of(type), 8));
  }

  void add_input(ValueId id) {
    const Value& value = draft_.value(id);
    Tensor tensor;
    tensor.name = tensor_names_.unique(value.name);
    tensor.kind = TensorKind::kInput;
    tensor.shape = draft_.shape(id);
    size(tensor, id);
    const TensorId added = builder_.add_tensor(std::move(tensor));
    note_origin(added, id);
    sources_[id] = {added, builder_.tensor(added).bytes, value.type};
  }

  void size(Tensor& tensor, ValueId id) const {
    const Value& value = draft_.value(id);
    if (value.type == ElementType::kString) {
      throw Error(fmt::format("value \"{}\" holds strings, which have no place on an accelerator",
                              printable(value.name)));
    }
    tensor.dtype = type_of(value.type);
    tensor.bytes = bytes_of(value.type, draft_.elements(id));
    if (const auto exact = exact_.find(id); exact != exact_.end()) {
      tensor.bytes = exact->second.first;
      tensor.dtype = exact->second.second;
    }
  }

  // A part of another value, or a constant where an op needs a tensor that is no weights of its:
  // given from outside.
  const Source& source(ValueId id) {
    const auto found = sources_.find(id);
    if (found != sources_.end()) {
      return found->second;
    }
    const Value& value = draft_.value(id);
    if (value.source.has_value() && !value.is_constant) {
      Source part = source(*value.source);
      part.bytes = std::min(part.bytes, bytes_of(value.type, draft_.elements(id)));
      return sources_.emplace(id, part).first->second;
    }
    MEMPLACE_ASSERT(draft_.is_constant(id) || !draft_.producer(id).has_value(),
                    draft_.value(id).name);
    add_input(id);
    return sources_.at(id);
  }

  void add_alias(const DraftNode& node) {
    const ValueId to = result(node);
    const Source from = source(required(node, 0));
    const bool selects = is_selection(node);
    if (!selects && draft_.elements(required(node, 0)) != draft_.elements(to)) {
      throw Error(fmt::format("{}: a view of {} elements as {}", label(node),
                              draft_.elements(required(node, 0)), draft_.elements(to)));
    }
    Source view = from;
    if (selects) {
      const Value& value = draft_.value(to);
      view.bytes = std::min(from.bytes, bytes_of(value.type, draft_.elements(to)));
      draft_.fused.add(node.is("Expand")
                           ? "folded: repetitions into the products that read them"
                           : "folded: selections of rows into the products that read them");
    } else {
      draft_.fused.add("left out: views (reshape, flatten, squeeze, ...)");
      note_origin(from.tensor, to);
    }
    sources_[to] = view;
  }

  std::string op_name(const PlannedOp& op) {
    std::string text = readable_name(op.name, op.op_type, op.weights.has_value() && !op.merged);
    const std::string generic = op.op_type + "_";
    if (op.weights.has_value() && op.name.rfind(generic, 0) == 0) {
      const std::string layer = layer_of_parameter(draft_.value(root(*op.weights)).name);
      text = layer.empty() ? text : readable_name(layer, op.op_type, false);
    }
    return op_names_.unique(text);
  }

  TensorId weights_of(const PlannedOp& op, const std::string& name) {
    WeightsGroup& group = groups_.at(root(*op.weights));
    if (group.tensor.has_value()) {
      return *group.tensor;
    }
    const bool grid = std::holds_alternative<GridWork>(op.work) || op.rows_read.has_value();
    const ValueId main = *op.weights;
    Tensor tensor;
    tensor.name = tensor_names_.unique(name + ".weights");
    tensor.kind = TensorKind::kWeights;
    tensor.shape = draft_.shape(main);
    if (op.transposed && tensor.shape.size() == 2) {
      std::swap(tensor.shape[0], tensor.shape[1]);
    }
    // A grid op's only parameter may be a bias, beside a product of activations.
    const bool matrix =
        grid && std::find(op.extras.begin(), op.extras.end(), main) == op.extras.end();
    tensor.bytes = parameter_bytes(main, matrix);
    tensor.parameters = op.packed.value_or(draft_.elements(main));
    tensor.dtype = type_of(draft_.value(main).type);
    if (tensor.bytes == Bytes(kBiasBytes) * tensor.parameters && tensor.dtype != DType::kInt32) {
      tensor.dtype = DType::kFp32;
    }
    for (const ValueId extra : group.extras) {
      tensor.bytes += parameter_bytes(extra, false);
      tensor.parameters += draft_.elements(extra);
    }
    for (const ValueId scale : group.scales) {
      tensor.bytes += scale_bytes(scale);
    }
    tensor.bytes += Bytes(kBiasBytes) * group.folded_bias;
    tensor.parameters += group.folded_bias;
    if (op.exact.has_value()) {
      tensor.bytes = Bytes(op.exact->weights);
      tensor.parameters = op.exact->parameters;
      tensor.dtype = op.exact->weights_type;
    }
    group.tensor = builder_.add_tensor(std::move(tensor));
    note_origin(*group.tensor, root(main));
    note_origin(*group.tensor, main);
    for (const std::set<ValueId>* beside : {&group.extras, &group.scales}) {
      for (const ValueId id : *beside) {
        note_origin(*group.tensor, root(id));
      }
    }
    return *group.tensor;
  }

  void add_op(const PlannedOp& planned) {
    Op op;
    op.name = op_name(planned);
    op.kind = planned.kind;
    op.work = planned.work;
    op.window = planned.window;
    for (const ValueId id : planned.inputs) {
      if (holds_nothing(id)) {
        continue;
      }
      const Source& from = source(id);
      op.inputs.push_back({from.tensor, from.bytes});
    }
    if (planned.weights.has_value()) {
      const TensorId weights = weights_of(planned, op.name);
      Operand operand{weights, builder_.tensor(weights).bytes};
      if (planned.rows_read.has_value()) {
        operand.bytes = std::min(operand.bytes, bytes_of_rows(planned));
      }
      op.weights = operand;
    }
    if (planned.exact.has_value()) {
      for (std::size_t i = 0; i < op.inputs.size() && i < planned.exact->reads.size(); ++i) {
        op.inputs[i].bytes = Bytes(planned.exact->reads[i]);
      }
      if (op.weights.has_value()) {
        op.weights->bytes = Bytes(planned.exact->weights_read);
      }
    }
    for (const ValueId id : planned.outputs) {
      if (holds_nothing(id)) {
        continue;
      }
      const TensorId added = add_output(planned, op, id);
      op.outputs.push_back(added);
      note_origin(added, id);
      sources_[id] = {added, builder_.tensor(added).bytes, draft_.value(id).type};
    }
    builder_.set_origin(builder_.add_op(std::move(op)), planned.origin);
  }

  // The tensor holds what the value does.
  void note_origin(TensorId tensor, ValueId id) {
    const std::vector<std::string>& names = draft_.origin(id);
    origins_[tensor].insert(origins_[tensor].end(), names.begin(), names.end());
  }

  TensorId add_output(const PlannedOp& planned, const Op& op, ValueId id) {
    const std::string suffix =
        op.outputs.empty() ? ".out" : fmt::format(".out{}", op.outputs.size());
    Tensor tensor;
    tensor.name = tensor_names_.unique(op.name + suffix);
    tensor.shape = draft_.shape(id);
    size(tensor, id);
    // Sums of an integer product are wide, and may leave as floats; the grid multiplies its
    // factors.
    if (std::holds_alternative<GridWork>(planned.work) && !planned.exact.has_value() &&
        (tensor.dtype == DType::kInt32 || multiplies_integers(planned))) {
      tensor.dtype = DType::kInt8;
    }
    return builder_.add_tensor(std::move(tensor));
  }

  // Whether both factors of a product are integers of a byte or less.
  bool multiplies_integers(const PlannedOp& op) {
    const bool weighted = op.weights.has_value() && std::find(op.extras.begin(), op.extras.end(),
                                                              *op.weights) == op.extras.end();
    const auto is_small = [](ElementType type) {
      return !is_wide_float(type) && type != ElementType::kFloat8 && type != ElementType::kFloat4 &&
             bits_of(type) > 0 && bits_of(type) <= 8;
    };
    const std::size_t sides = weighted ? 1 : 2;
    return op.inputs.size() >= sides && (!weighted || is_small(draft_.value(*op.weights).type)) &&
           std::all_of(op.inputs.begin(), op.inputs.begin() + static_cast<std::ptrdiff_t>(sides),
                       [&](ValueId id) { return is_small(source(id).type); });
  }

  // What an op reads of a table, with its part of what is kept beside it where all of that is
  // known.
  Bytes bytes_of_rows(const PlannedOp& op) const {
    if (!op.packed.has_value() || *op.packed == 0) {
      return bytes_of(draft_.value(*op.weights).type, *op.rows_read);
    }
    Bytes all = bytes_of(draft_.value(*op.weights).type, draft_.elements(*op.weights));
    for (const ValueId scale : op.scales) {
      all += scale_bytes(scale);
    }
    for (const ValueId extra : op.extras) {
      all += parameter_bytes(extra, false);
    }
    const auto part = static_cast<Uint128>(all.count()) * static_cast<Uint128>(*op.rows_read);
    const auto whole = static_cast<Uint128>(*op.packed);
    return Bytes(static_cast<std::int64_t>((part + whole - 1) / whole));
  }

  void mark_outputs() {
    for (const ValueId id : draft_.outputs()) {
      if (draft_.is_constant(id)) {
        draft_.remarks.add("left out: outputs that are constant");
        continue;
      }
      if (holds_nothing(id)) {
        draft_.remarks.add("left out: outputs that hold nothing");
        continue;
      }
      const Source from = source(id);
      if (builder_.tensor(from.tensor).kind != TensorKind::kInput) {
        builder_.mark_output(from.tensor);
        continue;
      }
      // An input handed through: a view makes an output of it.
      Tensor tensor = builder_.tensor(from.tensor);
      Op op;
      op.name = op_names_.unique(tensor.name + ".view");
      op.kind = "identity";
      op.inputs = {{from.tensor, tensor.bytes}};
      tensor.name = tensor_names_.unique(op.name + ".out");
      tensor.kind = TensorKind::kActivation;
      op.outputs = {builder_.add_tensor(std::move(tensor))};
      note_origin(op.outputs[0], id);
      builder_.mark_output(op.outputs[0]);
      builder_.add_op(std::move(op));
    }
  }

  Draft& draft_;
  const ConvertOptions& options_;
  GraphBuilder builder_;
  Names op_names_;
  Names tensor_names_;
  std::vector<PlannedOp> ops_;
  std::vector<std::size_t> owners_;  // the node of each op
  std::map<ValueId, Source> sources_;
  std::map<ValueId, WeightsGroup> groups_;
  std::map<TensorId, std::vector<std::string>> origins_;
  std::map<ValueId, std::pair<Bytes, DType>> exact_;
};

}  // namespace

Graph emit(Draft& draft, const ConvertOptions& options) { return Emitter(draft, options).run(); }

}  // namespace memplace::onnx
