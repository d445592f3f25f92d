// SPDX-License-Identifier: Apache-2.0
#include "workloads/onnx/read/reader.h"

#include <algorithm>
#include <cctype>
#include <utility>

#include <fmt/format.h>

#include "base/error.h"
#include "workloads/onnx/model/element_types.h"
#include "workloads/onnx/read/given_sizes.h"
#include "workloads/onnx/read/given_values.h"
#include "workloads/onnx/read/graph_order.h"
#include "workloads/onnx/read/inliner.h"
#include "workloads/onnx/read/library_inference.h"
#include "workloads/onnx/read/model_builder.h"
#include "workloads/onnx/read/tensor_value.h"
#include "workloads/onnx/wire/payload_filter.h"
#include "workloads/onnx/wire/wire_file.h"

namespace memplace::onnx {
namespace {

ElementType element_type_of(const pb::TypeProto& type) {
  return element_type(type.has_sparse_tensor_type() ? type.sparse_tensor_type().elem_type()
                                                    : type.tensor_type().elem_type());
}

using Tensors = std::map<std::string, Value, std::less<>>;

std::optional<Attribute> plain_attribute(const pb::AttributeProto& proto) {
  using A = pb::AttributeProto;
  const A::AttributeType type = proto.has_type()           ? proto.type()
                                : proto.has_f()            ? A::FLOAT
                                : proto.has_i()            ? A::INT
                                : proto.has_s()            ? A::STRING
                                : proto.floats_size() > 0  ? A::FLOATS
                                : proto.ints_size() > 0    ? A::INTS
                                : proto.strings_size() > 0 ? A::STRINGS
                                                           : A::UNDEFINED;
  switch (type) {
    case A::FLOAT:
      return static_cast<double>(proto.f());
    case A::INT:
      return proto.i();
    case A::STRING:
      return proto.s();
    case A::FLOATS:
      return std::vector<double>(proto.floats().begin(), proto.floats().end());
    case A::INTS:
      return std::vector<std::int64_t>(proto.ints().begin(), proto.ints().end());
    case A::STRINGS:
      return std::vector<std::string>(proto.strings().begin(), proto.strings().end());
    default:
      return std::nullopt;
  }
}

// Walks a parsed model node by node: finds shapes, folds constants, and inlines functions and
// control flow on the way.
class Importer {
 public:
  Importer(const pb::ModelProto& proto, std::string path, const ReadOptions& options)
      : proto_(proto),
        path_(std::move(path)),
        options_(options),
        sizes_(proto.graph(), options.dims),
        values_(options.values),
        model_(proto.graph().name(), path_, options.notes, sizes_),
        inliner_(proto, model_,
                 [this](const Nodes& nodes, const auto& inputs, const auto& outputs, Scope& scope) {
                   run_nodes(nodes, inputs, outputs, scope);
                 }) {}
  Importer(const Importer&) = delete;  // its parts refer to each other
  Importer& operator=(const Importer&) = delete;

  // Once.
  Model run() try {
    Model model = read();
    sizes_.check_taken([&](const GivenSizes::Sizes& dims) -> std::optional<GivenSizes::Conflicts> {
      ReadOptions options = options_;
      options.dims = dims;
      options.notes = nullptr;
      Importer other(proto_, path_, options);
      try {
        other.read();
      } catch (const Error&) {
        return std::nullopt;
      } catch (const Malformed&) {
        return std::nullopt;
      }
      return other.sizes_.conflicts();
    });
    return model;
  } catch (const Malformed& error) {
    model_.fail(error.reason);
  }

 private:
  Model read() {
    if (!proto_.has_graph()) {
      throw Malformed{"it holds no graph: is it an ONNX model?"};
    }
    const pb::GraphProto& graph = proto_.graph();
    opsets_ = opsets_of(proto_.opset_import());
    inliner_.collect_functions();
    sizes_.check_names();
    check_nodes(graph.node());
    if (graph.output_size() == 0) {
      throw Malformed{"its graph has no output"};
    }
    scope_.opsets = &opsets_;
    scope_.store_types(graph.value_info());
    scope_.store_types(graph.output());
    model_.add_initializers(graph, scope_);
    give_constants(graph);
    add_inputs();
    check_values(graph);
    const std::vector<std::string> outputs = names_of(graph.output());
    run_nodes(graph.node(), given_names(graph), outputs, scope_);
    std::vector<ValueId> ids;
    ids.reserve(outputs.size());
    for (const std::string& name : outputs) {
      ids.push_back(*scope_.find(name));
    }
    return model_.finish(ids);
  }

  // To constants that the file has no data of.
  void give_constants(const pb::GraphProto& graph) {
    for (const pb::TensorProto& tensor : graph.initializer()) {
      if (!values_.has(tensor.name())) {
        continue;
      }
      Value& value = model_.constant(*scope_.find(tensor.name()));
      if (value.data.has_value()) {
        throw Malformed{fmt::format("\"{}\" is given a value, and has one in the file",
                                    printable(tensor.name()))};
      }
      values_.give(value);
    }
  }

  void check_values(const pb::GraphProto& graph) const {
    std::vector<std::string> known;
    for (const pb::ValueInfoProto& input : graph.input()) {
      known.push_back(input.name());
    }
    values_.check_taken(known);
  }

  void add_inputs() {
    for (const pb::ValueInfoProto& input : proto_.graph().input()) {
      if (const auto id = scope_.find(input.name())) {
        if (model_.value(*id).is_constant) {
          sizes_.check_default(input, model_.value(*id));
          continue;
        }
        throw Malformed{fmt::format("input \"{}\" is given twice", printable(input.name()))};
      }
      Value value;
      value.name = input.name();
      value.type = element_type_of(input.type());
      const std::string asked = sizes_.size_input(input, value);
      if (values_.has(input.name())) {
        values_.give(value);
        scope_.names[input.name()] = model_.add_given(std::move(value));
        continue;
      }
      scope_.names[input.name()] = model_.add_input(std::move(value), asked);
    }
  }

  void run_nodes(const Nodes& nodes, const std::vector<std::string>& inputs,
                 const std::vector<std::string>& outputs, Scope& scope) {
    auto order = orders_.find(&nodes);
    if (order == orders_.end()) {
      const auto is_outer = [&](const std::string& name) {
        return scope.parent != nullptr && scope.parent->find(name).has_value();
      };
      order = orders_.emplace(&nodes, order_of(nodes, inputs, outputs, is_outer)).first;
      if (order->second.resorted) {
        model_.note("the nodes are not in topological order; they were sorted");
      }
    }
    for (const int i : order->second.nodes) {
      run_node(nodes[i], scope);
    }
  }

  void run_node(const pb::NodeProto& proto, Scope& scope) {
    inliner_.count(proto, scope);
    if (!inliner_.run(proto, scope) &&
        !(domain_of(proto.domain()).empty() && run_sequence(proto, scope, model_))) {
      run_operator(proto, scope);
    }
  }

  void run_operator(const pb::NodeProto& proto, Scope& scope) {
    const std::string label = label_of(proto);
    Node node;
    node.op_type = proto.op_type();
    node.domain = domain_of(proto.domain());
    node.version = scope.version_of(proto, node.domain);
    node.inputs = model_.inputs_of(proto, scope);
    const int index = op_counts_[node.op_type]++;
    node.name = model_.unique_node_name(
        proto.name().empty() ? fmt::format("{}{}_{}", scope.prefix, node.op_type, index)
                             : scope.prefix + proto.name());
    node.outputs.resize(static_cast<std::size_t>(proto.output_size()));
    const Attributes attributes = scope.attributes_of(proto);
    Tensors tensors;
    for (const auto& [name, attribute] : attributes) {
      if (auto plain = plain_attribute(attribute)) {
        node.attributes.emplace(name, std::move(*plain));
      } else if (attribute.has_t()) {
        try {
          tensors.emplace(name, value_of(attribute.t()));
        } catch (const Malformed& error) {
          model_.fail(
              fmt::format("{}: attribute \"{}\": {}", label, printable(name), error.reason));
        }
      } else if (attribute.has_sparse_tensor()) {
        const auto& sparse = attribute.sparse_tensor();
        Value& value = tensors[name];
        value.type = element_type(sparse.values().data_type());
        value.shape.emplace(sparse.dims().begin(), sparse.dims().end());
      }
    }
    if (const auto sparse = tensors.find("sparse_value"); sparse != tensors.end()) {
      tensors.emplace("value", sparse->second);
    }
    try {
      modernize(node, model_);
    } catch (const Malformed& error) {
      model_.fail(fmt::format("{}: {}", label, error.reason));
    }
    Inference inference(node, model_.values_of(node), tensors);
    std::string reason;
    model_.infer(inference, attributes, label, reason);
    use_stored_shapes(inference, proto, scope, label);
    use_given_shapes(inference, proto, reason);
    std::vector<std::string> names;
    for (const std::string& name : proto.output()) {
      names.push_back(name.empty() ? "" : scope.prefix + name);
    }
    const auto ids = model_.emit(node, inference, names, label, reason);
    for (std::size_t i = 0; i < ids.size(); ++i) {
      if (ids[i]) {
        scope.bind(proto, static_cast<int>(i), *ids[i]);
      }
    }
  }

  void use_stored_shapes(Inference& inference, const pb::NodeProto& proto, const Scope& scope,
                         const std::string& label) {
    const Node& node = inference.node();
    const bool own_rule = find_shape_rule(node.domain, node.op_type) != nullptr;
    for (std::size_t i = 0; i < inference.output_count(); ++i) {
      OutputInfo& output = inference.outputs()[i];
      const std::string& name = proto.output(static_cast<int>(i));
      const auto found = scope.stored.find(name);
      if (found == scope.stored.end()) {
        continue;
      }
      const pb::TypeProto& stored = *found->second;
      if (output.type == ElementType::kUndefined) {
        output.type = element_type(stored.tensor_type().elem_type());
      }
      sizes_.note_conflicts(stored, name, inference, i);
      std::optional<Shape> shape = sizes_.stored_shape(stored);
      if (shape && output.shape && *shape != *output.shape) {
        model_.warn(
            fmt::format("{}: the file stores {} for \"{}\", its inputs give {}; the {} is used",
                        label, to_string(*shape), printable(name), to_string(*output.shape),
                        own_rule ? "latter" : "former"));
      }
      if (shape && !(output.shape && own_rule)) {
        output.shape = std::move(shape);
      }
    }
    const bool nothing_known =
        std::none_of(inference.outputs().begin(), inference.outputs().end(),
                     [](const OutputInfo& output) { return output.shape.has_value(); });
    if (nothing_known && options_.allow_unknown && !own_rule && !library_knows(node) &&
        inference.has(0) && inference.input(0).shape) {
      for (OutputInfo& output : inference.outputs()) {
        output.type = inference.type(0);
        output.shape = inference.shape(0);
      }
      model_.warn(
          fmt::format("{}: the operator is not known; its outputs are taken to be like its first "
                      "input, {}",
                      label, to_string(inference.shape(0))));
    }
  }

  // Of results whose sizes depend on data.
  void use_given_shapes(Inference& inference, const pb::NodeProto& proto, std::string& reason) {
    for (std::size_t i = 0; i < inference.output_count(); ++i) {
      OutputInfo& output = inference.outputs()[i];
      const std::string& name = proto.output(static_cast<int>(i));
      if (output.shape || name.empty()) {
        continue;
      }
      const Shape known = i == 0 ? shape_by_data(inference) : Shape();
      output.shape = sizes_.result_shape(name, known);
      if (!output.shape) {
        const auto open = std::find_if(known.begin(), known.end(), [](auto n) { return n < 0; });
        reason += open == known.end()
                      ? ""
                      : fmt::format("; give --dim {}.{}=N", printable(name), open - known.begin());
      } else {
        if (output.type == ElementType::kUndefined) {
          output.type = type_by_data(inference);
        }
        model_.warn(fmt::format("{}: \"{}\" is taken to be {}, as given; its size depends on data",
                                label_of(proto), printable(name), to_string(*output.shape)));
      }
    }
  }

  const pb::ModelProto& proto_;
  std::string path_;
  const ReadOptions& options_;
  Opsets opsets_;
  GivenSizes sizes_;
  GivenValues values_;
  ModelBuilder model_;
  Inliner inliner_;
  Scope scope_;                                         // of the main graph
  std::unordered_map<const void*, GraphOrder> orders_;  // by the graph's nodes
  std::unordered_map<std::string, int> op_counts_;
};

// Names what often lies where a model was to be downloaded to, for a file that is none.
void refuse_stand_ins(const std::string& path) {
  constexpr std::int64_t kHead = 64;
  WireFile file(path);
  const std::int64_t size = std::min(kHead, file.size());
  std::string text;
  file.copy(size, size, "the head", text);
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  if (text.starts_with("version https://git-lfs")) {
    throw Error(
        fmt::format("{}: it is a Git LFS pointer in place of the model: fetch that with "
                    "git lfs pull",
                    printable(path, 1000)));
  }
  text.erase(0, std::min(text.find_first_not_of(" \t\r\n"), text.size()));
  if (text.starts_with("<!doctype") || text.starts_with("<html")) {
    throw Error(fmt::format("{}: it is a web page in place of the model: download the file itself",
                            printable(path, 1000)));
  }
}

}  // namespace

Model read_onnx(const std::string& path, const ReadOptions& options) {
  pb::ModelProto proto;
  {
    const std::string kept = [&] {
      try {
        return read_without_payloads(path);
      } catch (const Error&) {
        refuse_stand_ins(path);
        throw;
      }
    }();
    google::protobuf::io::CodedInputStream stream(
        // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): protobuf's bytes.
        reinterpret_cast<const std::uint8_t*>(kept.data()), static_cast<int>(kept.size()));
    stream.SetTotalBytesLimit(static_cast<int>(kept.size()) + 1);
    if (!proto.ParseFromCodedStream(&stream) || !stream.ConsumedEntireMessage()) {
      throw Error(fmt::format("{}: it is no valid ONNX model", printable(path, 1000)));
    }
  }
  return Importer(proto, printable(path, 1000), options).run();
}

}  // namespace memplace::onnx
