// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <variant>
#include <vector>

#include <fmt/format.h>

#include "base/error.h"
#include "base/utf8.h"
#include "workloads/graph/graph.h"
#include "workloads/graph/graph_impl.h"

namespace memplace {
namespace {

constexpr Bytes kMostBytes(std::int64_t{1} << 50);
constexpr std::int64_t kMostElements = std::int64_t{1} << 50;
constexpr std::int64_t kMostMacs = std::int64_t{1} << 62;
constexpr std::int64_t kMostOfWindow = std::int64_t{1} << 30;
constexpr std::size_t kLongestName = 256;

void check_name(std::string_view what, std::string_view name) {
  if (name.empty() || name.size() > kLongestName || has_ascii_control(name)) {
    throw Error(
        fmt::format("{} name has {} characters, expected 1 to {} without control characters", what,
                    name.size(), kLongestName));
  }
}

// a + b where both are in [0, most] and so is the sum; else an Error about `who`.
std::int64_t bounded_sum(std::int64_t a, std::int64_t b, std::int64_t most, const std::string& who,
                         std::string_view what) {
  if (b > most - a) {
    throw Error(fmt::format("{} brings the network to more than {} {}", who, most, what));
  }
  return a + b;
}

void check_range(const std::string& who, std::string_view what, std::int64_t value,
                 std::int64_t least, std::int64_t most) {
  if (value < least || value > most) {
    throw Error(fmt::format("{}: {} is {}, expected {} to {}", who, what, value, least, most));
  }
}

// The work's multiply-accumulates, with every number checked.
std::int64_t checked_macs(const std::string& who, const Work& work) {
  if (const auto* vector = std::get_if<VectorWork>(&work)) {
    check_range(who, "elements", vector->elements, 0, kMostElements);
    return vector->kind == VectorKind::kMac ? vector->elements : 0;
  }
  const auto* grid = std::get_if<GridWork>(&work);
  if (grid == nullptr) {
    return 0;
  }
  const std::array<std::pair<std::string_view, std::int64_t>, 5> factors{
      {{"batch", grid->batch},
       {"positions", grid->positions},
       {"out_channels", grid->out_channels},
       {"in_channels", grid->in_channels},
       {"kernel", grid->kernel}}};
  std::int64_t product = 1;
  for (const auto& [what, factor] : factors) {
    check_range(who, what, factor, 1, kMostElements);
    if (factor > kMostMacs / product) {
      throw Error(fmt::format("{}: more than {} multiply-accumulates", who, kMostMacs));
    }
    product *= factor;
  }
  return product;
}

void check_window(const std::string& who, const Window& window) {
  check_range(who, "window's kernel height", window.kernel_height, 1, kMostOfWindow);
  check_range(who, "window's kernel width", window.kernel_width, 1, kMostOfWindow);
  check_range(who, "window's stride", window.stride, 1, kMostOfWindow);
  check_range(who, "window's padding", window.padding, 0, kMostOfWindow);
  check_range(who, "window's dilation", window.dilation, 1, kMostOfWindow);
  check_range(who, "window's groups", window.groups, 1, kMostOfWindow);
}

// An operand reads a tensor that exists and has that many bytes.
void check_operand(const Graph::Impl& impl, const std::string& who, const Operand& operand) {
  MEMPLACE_ASSERT(operand.tensor.index() < impl.tensors.size(), who);
  const Tensor& tensor = impl.tensors[operand.tensor];
  if (operand.bytes < Bytes(0) || operand.bytes > tensor.bytes) {
    throw Error(fmt::format("{} reads {} bytes of \"{}\", which has {}", who, operand.bytes.count(),
                            tensor.name, tensor.bytes.count()));
  }
}

void check_inputs(const Graph::Impl& impl, const std::string& who, const Op& op) {
  for (const Operand& input : op.inputs) {
    check_operand(impl, who, input);
    const Tensor& tensor = impl.tensors[input.tensor];
    if (tensor.kind == TensorKind::kWeights) {
      throw Error(fmt::format("{} reads weights \"{}\" as an input", who, tensor.name));
    }
    if (tensor.kind == TensorKind::kActivation && !impl.producers[input.tensor].has_value()) {
      throw Error(fmt::format("{} reads \"{}\", which no earlier op writes", who, tensor.name));
    }
  }
  if (op.weights.has_value()) {
    check_operand(impl, who, *op.weights);
    const Tensor& tensor = impl.tensors[op.weights->tensor];
    if (tensor.kind != TensorKind::kWeights) {
      throw Error(fmt::format("{} takes \"{}\" as weights, which is an {}", who, tensor.name,
                              name_of(tensor.kind)));
    }
  }
}

void check_outputs(const Graph::Impl& impl, const std::string& who, const Op& op) {
  if (op.outputs.empty()) {
    throw Error(fmt::format("{} writes nothing", who));
  }
  for (const TensorId output : op.outputs) {
    MEMPLACE_ASSERT(output.index() < impl.tensors.size(), who);
    const Tensor& tensor = impl.tensors[output];
    if (tensor.kind != TensorKind::kActivation) {
      throw Error(fmt::format("{} writes \"{}\", which is {}", who, tensor.name,
                              tensor.kind == TensorKind::kInput ? "a graph input" : "weights"));
    }
    if (impl.producers[output].has_value()) {
      throw Error(fmt::format("{} writes \"{}\", which \"{}\" wrote before", who, tensor.name,
                              impl.ops[*impl.producers[output]].name));
    }
  }
  std::vector<TensorId> sorted = op.outputs;
  std::sort(sorted.begin(), sorted.end());
  const auto twice = std::adjacent_find(sorted.begin(), sorted.end());
  if (twice != sorted.end()) {
    throw Error(fmt::format("{} writes \"{}\" twice", who, impl.tensors[*twice].name));
  }
}

void check_view(const Graph::Impl& impl, const std::string& who, const Op& op) {
  if (op.inputs.size() != 1 || op.outputs.size() != 1 || op.weights.has_value()) {
    throw Error(fmt::format("{} is a view, which has one input, one output and no weights", who));
  }
  const Bytes whole = impl.tensors[op.inputs[0].tensor].bytes;
  for (const Bytes part : {op.inputs[0].bytes, impl.tensors[op.outputs[0]].bytes}) {
    if (part != whole) {
      throw Error(fmt::format("{} is a view of {} bytes as {}; a view keeps every byte", who,
                              whole.count(), part.count()));
    }
  }
}

}  // namespace

GraphBuilder::GraphBuilder(std::string name) : impl_(std::make_shared<Graph::Impl>()) {
  check_name("the network's", name);
  impl_->name = std::move(name);
}

TensorId GraphBuilder::add_tensor(Tensor tensor) {
  MEMPLACE_ASSERT(impl_ != nullptr, "the builder is spent");
  check_name("a tensor's", tensor.name);
  const std::string who = fmt::format("tensor \"{}\"", tensor.name);
  if (impl_->tensor_names.contains(tensor.name)) {
    throw Error(fmt::format("{}: there are two of that name", who));
  }
  check_range(who, "bytes", tensor.bytes.count(), 0, kMostBytes.count());
  check_range(who, "parameters", tensor.parameters, 0, kMostElements);
  for (const std::int64_t extent : tensor.shape) {
    check_range(who, "an extent of the shape", extent, 0, kMostElements);
  }
  const bool weights = tensor.kind == TensorKind::kWeights;
  if (!weights && tensor.parameters != 0) {
    throw Error(fmt::format("{}: only weights have parameters", who));
  }
  if (weights && tensor.graph_output) {
    throw Error(fmt::format("{}: weights cannot be a graph output", who));
  }
  const Bytes sum(bounded_sum(impl_->tensor_bytes.count(), tensor.bytes.count(), kMostBytes.count(),
                              who, "bytes"));
  const std::int64_t parameters =
      bounded_sum(impl_->totals.parameters, tensor.parameters, kMostElements, who, "parameters");
  impl_->tensor_bytes = sum;
  impl_->totals.parameters = parameters;
  if (weights) {
    impl_->totals.weight_bytes += tensor.bytes;
  }
  const TensorId id(impl_->tensors.size());
  impl_->tensor_names.emplace(tensor.name, id);
  impl_->tensors.push_back(std::move(tensor));
  impl_->producers.push_back(std::nullopt);
  return id;
}

OpId GraphBuilder::add_op(Op op) {
  MEMPLACE_ASSERT(impl_ != nullptr, "the builder is spent");
  check_name("an op's", op.name);
  const std::string who = fmt::format("op \"{}\"", op.name);
  if (impl_->op_names.contains(op.name)) {
    throw Error(fmt::format("{}: there are two of that name", who));
  }
  check_name(fmt::format("{}: its kind's", who), op.kind);
  check_inputs(*impl_, who, op);
  check_outputs(*impl_, who, op);
  if (op.is_view()) {
    check_view(*impl_, who, op);
  }
  if (op.window.has_value()) {
    check_window(who, *op.window);
  }
  const std::int64_t macs = bounded_sum(impl_->totals.macs, checked_macs(who, op.work), kMostMacs,
                                        who, "multiply-accumulates");
  Bytes read = impl_->read_bytes;
  const auto add_read = [&](const Operand& operand) {
    read = Bytes(
        bounded_sum(read.count(), operand.bytes.count(), kMostBytes.count(), who, "bytes read"));
  };
  std::for_each(op.inputs.begin(), op.inputs.end(), add_read);
  if (op.weights.has_value()) {
    add_read(*op.weights);
  }

  impl_->totals.macs = macs;
  impl_->read_bytes = read;
  const OpId id(impl_->ops.size());
  for (const TensorId output : op.outputs) {
    impl_->producers[output] = id;
    if (!op.is_view()) {
      impl_->totals.activation_bytes += impl_->tensors[output].bytes;
    }
  }
  impl_->op_names.emplace(op.name, id);
  impl_->ops.push_back(std::move(op));
  return id;
}

void GraphBuilder::mark_output(TensorId id) {
  MEMPLACE_ASSERT(impl_ != nullptr, "the builder is spent");
  MEMPLACE_ASSERT(id.index() < impl_->tensors.size(), fmt::format("tensor {}", id.index()));
  Tensor& tensor = impl_->tensors[id];
  if (tensor.kind == TensorKind::kWeights) {
    throw Error(fmt::format("tensor \"{}\": weights cannot be a graph output", tensor.name));
  }
  tensor.graph_output = true;
}

namespace {

template <class Id>
void set_in(std::map<Id, std::vector<std::string>>& origins, Id id,
            const std::vector<std::string>& names) {
  std::vector<std::string> kept;
  std::unordered_set<std::string_view> seen;
  for (const std::string& name : names) {
    if (!name.empty() && seen.insert(name).second) {
      kept.push_back(name);
    }
  }
  if (kept.empty()) {
    origins.erase(id);
  } else {
    origins[id] = std::move(kept);
  }
}

}  // namespace

void GraphBuilder::warn(const std::string& text) {
  MEMPLACE_ASSERT(impl_ != nullptr, "the builder is spent");
  std::vector<std::string>& warnings = impl_->warnings;
  if (std::find(warnings.begin(), warnings.end(), text) == warnings.end()) {
    warnings.push_back(text);
  }
}

void GraphBuilder::set_origin(TensorId id, const std::vector<std::string>& names) {
  MEMPLACE_ASSERT(impl_ != nullptr && id.index() < impl_->tensors.size(),
                  fmt::format("tensor {}", id.index()));
  set_in(impl_->tensor_origins, id, names);
}

void GraphBuilder::set_origin(OpId id, const std::vector<std::string>& names) {
  MEMPLACE_ASSERT(impl_ != nullptr && id.index() < impl_->ops.size(),
                  fmt::format("op {}", id.index()));
  set_in(impl_->op_origins, id, names);
}

const Tensor& GraphBuilder::tensor(TensorId id) const {
  MEMPLACE_ASSERT(impl_ != nullptr, "the builder is spent");
  return impl_->tensors[id];
}

std::optional<TensorId> GraphBuilder::find_tensor(std::string_view name) const {
  MEMPLACE_ASSERT(impl_ != nullptr, "the builder is spent");
  const auto found = impl_->tensor_names.find(name);
  return found == impl_->tensor_names.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace memplace
