// SPDX-License-Identifier: Apache-2.0
// What torchvision's networks are made of, as they are exported: batch norms folded into
// convolutions, the batch symbolic.
#pragma once

#include <cstdint>
#include <string>

#include "tests/unit/onnx/zoo_torch.h"

namespace memplace::onnx {

struct Vision : Torch {
  std::int64_t norms = 0;  // channels of batch norms

  // [out, in / groups, height, width]; batch norm folded where the name says so.
  std::string conv(const std::string& x, const Ints& weights, std::int64_t stride, const Ints& pads,
                   std::int64_t group = 1, bool bias = true) {
    Names inputs{x, net.weights(weights)};
    if (bias) {
      inputs.push_back(net.weights({weights[0]}));
    }
    return op("Conv", inputs,
              {{"dilations", Ints{1, 1}},
               {"group", group},
               {"kernel_shape", Ints{weights[2], weights[3]}},
               {"pads", Ints{pads[0], pads[1], pads[0], pads[1]}},
               {"strides", Ints{stride, stride}}});
  }
  std::string conv_norm(const std::string& x, const Ints& weights, std::int64_t stride = 1,
                        std::int64_t group = 1) {
    norms += weights[0];
    return conv(x, weights, stride, {weights[2] / 2, weights[3] / 2}, group);
  }
  std::string conv_relu(const std::string& x, const Ints& weights, std::int64_t stride = 1,
                        std::int64_t group = 1) {
    return op("Relu", {conv_norm(x, weights, stride, group)});
  }
  std::string pool(const std::string& type, const std::string& x, std::int64_t kernel,
                   std::int64_t stride, std::int64_t pad = 0) {
    Attributes attributes{{"ceil_mode", 0},
                          {"kernel_shape", Ints{kernel, kernel}},
                          {"pads", Ints{pad, pad, pad, pad}},
                          {"strides", Ints{stride, stride}}};
    if (type == "AveragePool") {
      attributes.emplace_back("count_include_pad", 1);
    }
    return op(type, {x}, attributes);
  }
  std::string gemm(const std::string& x, std::int64_t in, std::int64_t out) {
    return op("Gemm", {x, net.weights({out, in}), net.weights({out})},
              {{"alpha", 1.0F}, {"beta", 1.0F}, {"transB", 1}});
  }
  std::string flatten(const std::string& x) { return op("Flatten", {x}, {{"axis", 1}}); }
  std::string head(const std::string& x, std::int64_t in) {
    return gemm(flatten(op("GlobalAveragePool", {x})), in, 1000);
  }
  Graph finish(const std::string& x, std::int64_t opset = 17) {
    net.output(x);
    return import_net(net, {.opset = opset, .dims = {{"batch_size", 1}}});
  }
  std::string image(std::int64_t size = 224) {
    return net.input("input", {"batch_size", 3, size, size});
  }
};

}  // namespace memplace::onnx
