// SPDX-License-Identifier: Apache-2.0
// Recognises what exporters decompose into arithmetic: normalisations, softmax and activations.
// A pattern is not a fixed tree, since every exporter writes its own: it is a region of arithmetic
// that ends in one node and depends on one value only, and what is in it says what it computes.
#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "workloads/onnx/convert/draft.h"
#include "workloads/onnx/model/names.h"

namespace memplace::onnx {
namespace {

constexpr std::size_t kLargestRegion = 16;

constexpr std::array<std::string_view, 21> kArithmetic{
    "Add",         "Sub",        "Mul",       "Div",      "Pow", "Sqrt",      "Reciprocal",
    "Clip",        "ReduceMean", "ReduceSum", "Max",      "Exp", "ReduceMax", "Erf",
    "HardSigmoid", "Tanh",       "Sigmoid",   "Softplus", "Min", "ReduceL2",  "Expand"};

bool is_arithmetic(const DraftNode& node) {
  return node.alive && node.domain.empty() && is_one_of(node, kArithmetic);
}

// Arithmetic that ends in node `last` and reads the values `outside` beside constants.
struct Region {
  std::set<std::size_t> nodes;
  std::set<ValueId> outside;
  std::vector<ValueId> vectors;  // constants of more than one element
  std::map<std::string, int, std::less<>> count;
  bool gates = false;  // multiplies two values

  int of(std::string_view type) const {
    const auto found = count.find(type);
    return found == count.end() ? 0 : found->second;
  }
};

// Axes, bounds and shapes are no parameters.
bool is_parameter(const DraftNode& node, std::size_t index) {
  return index == 0 || (node.op_type.rfind("Reduce", 0) != 0 && node.op_type != "Expand" &&
                        node.op_type != "Clip");
}

Region look_at(const Draft& draft, const std::vector<DraftNode>& nodes,
               const std::set<std::size_t>& members) {
  Region region;
  region.nodes = members;
  for (const std::size_t member : members) {
    const DraftNode& node = nodes[member];
    ++region.count[node.op_type];
    int values = 0;
    for (std::size_t i = 0; i < node.inputs.size(); ++i) {
      if (!node.inputs[i].has_value()) {
        continue;
      }
      const ValueId id = *node.inputs[i];
      if (draft.is_constant(id)) {
        const bool seen =
            std::find(region.vectors.begin(), region.vectors.end(), id) != region.vectors.end();
        if (!draft.is_scalar(id) && is_parameter(node, i) && !seen) {
          region.vectors.push_back(id);
        }
        continue;
      }
      ++values;
      const auto producer = draft.producer(id);
      if (!producer.has_value() || !members.contains(*producer)) {
        region.outside.insert(id);
      }
    }
    region.gates = region.gates || (node.op_type == "Mul" && values == 2);
  }
  return region;
}

// Whether `id` is x minus a reduction of x, which belongs to a larger pattern.
bool is_centred(const Draft& draft, const std::vector<DraftNode>& nodes, ValueId id,
                std::string_view reduction) {
  const auto producer = draft.producer(id);
  if (!producer.has_value() || !nodes[*producer].is("Sub")) {
    return false;
  }
  const auto subtracted = input(nodes[*producer], 1);
  const auto reduces = subtracted.has_value() ? draft.producer(*subtracted) : std::nullopt;
  return reduces.has_value() && nodes[*reduces].is(reduction);
}

// The operator that a region with one outside value is, or "".
std::string_view classify(const Draft& draft, const std::vector<DraftNode>& nodes,
                          const Region& region) {
  const ValueId x = *region.outside.begin();
  const bool divides = region.of("Div") > 0 || region.of("Reciprocal") > 0 || region.of("Pow") > 1;
  const bool roots = region.of("Sqrt") > 0 || region.of("Pow") > 1;
  if (region.of("ReduceMean") >= 2 && roots && divides && region.of("Sub") > 0) {
    return "LayerNormalization";
  }
  if (region.of("ReduceMean") == 1 && roots && divides && region.of("Sub") == 0 &&
      !is_centred(draft, nodes, x, "ReduceMean")) {
    return "RMSNormalization";
  }
  if (!region.vectors.empty()) {
    return "";
  }
  if (region.of("Exp") == 1 && region.of("ReduceSum") == 1 && divides &&
      !is_centred(draft, nodes, x, "ReduceMax")) {
    return "Softmax";
  }
  const bool norm = region.of("ReduceL2") == 1 || (region.of("ReduceSum") == 1 && roots);
  if (norm && divides && region.of("Exp") == 0) {
    return "LpNormalization";
  }
  if (!region.gates) {
    return "";
  }
  const bool softplus = region.of("Softplus") == 1;
  if (region.of("Tanh") == 1 && softplus) {
    return "Mish";
  }
  const bool cubes = region.of("Pow") > 0 || region.of("Mul") > 3;
  if ((region.of("Erf") == 1 || (region.of("Tanh") == 1 && cubes)) && region.of("Add") > 0) {
    return "Gelu";
  }
  if (region.of("Sigmoid") == 1) {
    return region.of("Mul") > 1 ? "Gelu" : "Swish";
  }
  const bool clips = region.of("Clip") + region.of("HardSigmoid") + region.of("Min") == 1;
  return clips ? "HardSwish" : "";
}

// The node to take in next: the latest one that writes what the region reads and nobody else does.
std::optional<std::size_t> next_member(const Draft& draft, const std::vector<DraftNode>& nodes,
                                       const Region& region) {
  std::optional<std::size_t> latest;
  for (const ValueId id : region.outside) {
    const auto producer = draft.producer(id);
    if (producer.has_value() && (!latest.has_value() || *producer > *latest)) {
      latest = producer;
    }
  }
  if (!latest.has_value() || !is_arithmetic(nodes[*latest])) {
    return std::nullopt;
  }
  const ValueId written = result(nodes[*latest]);
  const auto& users = draft.users(written);
  const bool inside = std::all_of(users.begin(), users.end(),
                                  [&](std::size_t user) { return region.nodes.contains(user); });
  return inside && !draft.is_output(written) ? latest : std::nullopt;
}

struct Match {
  Region region;
  std::string kind;
};

std::optional<Match> match(const Draft& draft, const std::vector<DraftNode>& nodes,
                           std::size_t last) {
  std::set<std::size_t> members{last};
  while (members.size() <= kLargestRegion) {
    Region region = look_at(draft, nodes, members);
    if (region.outside.size() == 1) {
      const ValueId x = *region.outside.begin();
      const std::string_view kind = classify(draft, nodes, region);
      if (!kind.empty() && draft.shape(x) == draft.shape(result(nodes[last]))) {
        return Match{std::move(region), std::string(kind)};
      }
    }
    const auto next = next_member(draft, nodes, region);
    if (!next.has_value()) {
      return std::nullopt;
    }
    members.insert(*next);
  }
  return std::nullopt;
}

void merge(Draft& draft, std::size_t last, const Match& found) {
  std::vector<std::string> names;
  for (const std::size_t member : found.region.nodes) {
    names.push_back(draft.node(member).name);
    if (member != last) {
      draft.absorb(last, member);
    }
  }
  DraftNode& node = draft.node(last);
  const ValueId x = *found.region.outside.begin();
  draft.set_inputs(last, {x});
  node.op_type = found.kind;
  node.attributes.clear();
  node.fused_constants = found.region.vectors;
  node.name = common_name(names);
  node.merged = true;
  draft.fused.add("recognised and fused: " + found.kind + " from its parts");
}

// torch.nn.functional.softmax of a fully masked row: Where(IsNaN(x), 0, x) guards against 0 / 0.
void drop_nan_guards(Draft& draft) {
  for (std::size_t i = 0; i < draft.nodes().size(); ++i) {
    DraftNode& node = draft.node(i);
    if (!node.alive || !node.is("Where")) {
      continue;
    }
    const auto test = draft.producer(required(node, 0));
    const ValueId x = required(node, 2);
    if (test.has_value() && draft.node(*test).is("IsNaN") && required(draft.node(*test), 0) == x &&
        draft.is_scalar(required(node, 1))) {
      const ValueId guarded = result(node);
      draft.kill(i);
      draft.replace(guarded, x);
      draft.fused.add("folded: guards against NaN");
    }
  }
  draft.drop_dead();
}

// The scale and shift that follow a normalisation, past views: GroupNorm is exported as reshape,
// instance norm, reshape, Mul, Add.
void absorb_affine(Draft& draft) {
  for (std::size_t i = 0; i < draft.nodes().size(); ++i) {
    DraftNode& node = draft.node(i);
    if (!node.alive || !(node.is("Mul") || node.is("Add")) || node.inputs.size() != 2) {
      continue;
    }
    for (std::size_t side = 0; side < 2; ++side) {
      const ValueId x = required(node, side);
      const ValueId constant = required(node, 1 - side);
      if (draft.is_constant(x) || !draft.is_constant(constant) ||
          draft.shape(x) != draft.shape(result(node))) {
        continue;
      }
      ValueId at = x;
      auto host = draft.producer(at);
      while (host.has_value() && draft.sole_user(at).has_value() &&
             draft.node(*host).is("Reshape")) {
        at = required(draft.node(*host), 0);
        host = draft.producer(at);
      }
      const OperatorRow* row =
          host.has_value() ? find_operator(draft.node(*host).domain, draft.node(*host).op_type)
                           : nullptr;
      if (row == nullptr || row->vector != VectorKind::kNormalization ||
          row->work != OperatorClass::kVector || !draft.sole_user(at).has_value()) {
        continue;
      }
      if (!draft.is_scalar(constant)) {
        draft.node(*host).fused_constants.push_back(constant);
      }
      const ValueId scaled = result(node);
      draft.absorb(*host, i);
      draft.replace(scaled, x);
      draft.fused.add("fused: scales and shifts into normalisations");
      break;
    }
  }
}

}  // namespace

void fuse_patterns(Draft& draft) {
  drop_nan_guards(draft);
  for (std::size_t i = draft.nodes().size(); i-- > 0;) {
    const DraftNode& node = draft.node(i);
    if (is_arithmetic(node) && (node.is("Mul") || node.is("Div") || node.is("Add"))) {
      if (const auto found = match(draft, draft.nodes(), i)) {
        merge(draft, i, *found);
      }
    }
  }
  absorb_affine(draft);
}

}  // namespace memplace::onnx
