// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <utility>

#include <fmt/format.h>

#include "workloads/builtin/layers.h"
#include "workloads/builtin/networks.h"

namespace memplace {
namespace {

constexpr std::int64_t kLastChannels = 1280;

// A row of the paper's table 2: expansion factor t, channels c, repeats n, first stride s.
struct Stage {
  std::int64_t expansion;
  std::int64_t channels;
  int repeats;
  std::int64_t stride;
};

constexpr std::array<Stage, 7> kStages{{{1, 16, 1, 1},
                                        {6, 24, 2, 2},
                                        {6, 32, 3, 2},
                                        {6, 64, 4, 2},
                                        {6, 96, 3, 1},
                                        {6, 160, 3, 2},
                                        {6, 320, 1, 1}}};

TensorId inverted_residual(Layers& net, const std::string& name, TensorId in,
                           std::int64_t in_channels, const Stage& stage, std::int64_t stride) {
  const std::int64_t wide = in_channels * stage.expansion;
  TensorId x = in;
  if (stage.expansion > 1) {
    x = net.conv(name + ".expand", x, {.out_channels = wide});
  }
  x = net.conv(name + ".depthwise", x,
               {.out_channels = wide, .kernel = 3, .stride = stride, .padding = 1, .groups = wide});
  const bool residual = stride == 1 && in_channels == stage.channels;
  return net.conv(name + ".project", x, {.out_channels = stage.channels},
                  residual ? std::optional(in) : std::nullopt);
}

}  // namespace

Graph make_mobilenet_v2(std::string name, std::int64_t batch, std::int64_t image, DType dtype) {
  Layers net(std::move(name), dtype);
  TensorId x = net.input("input", {batch, 3, image, image});
  std::int64_t channels = 32;
  x = net.conv("features.0", x, {.out_channels = channels, .kernel = 3, .stride = 2, .padding = 1});
  int index = 1;
  for (const Stage& stage : kStages) {
    for (int repeat = 0; repeat < stage.repeats; ++repeat) {
      x = inverted_residual(net, fmt::format("features.{}", index++), x, channels, stage,
                            repeat == 0 ? stage.stride : 1);
      channels = stage.channels;
    }
  }
  x = net.conv(fmt::format("features.{}", index), x, {.out_channels = kLastChannels});
  x = net.average_pool("avgpool", x);
  x = net.matmul(
      "classifier", x,
      {.positions = batch, .out_channels = kImageNetClasses, .in_channels = kLastChannels},
      {batch, kImageNetClasses});
  net.vector("softmax", "softmax", VectorKind::kSoftmax, {x});
  return net.build();
}

}  // namespace memplace
