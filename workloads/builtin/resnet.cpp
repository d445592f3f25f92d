// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include <fmt/format.h>

#include "workloads/builtin/layers.h"
#include "workloads/builtin/networks.h"

namespace memplace {
namespace {

constexpr std::int64_t kExpansion = 4;  // a block's output channels over its inner ones

TensorId bottleneck(Layers& net, const std::string& name, TensorId in, std::int64_t width,
                    std::int64_t stride, bool first) {
  const TensorId narrow = net.conv(name + ".conv1", in, {.out_channels = width});
  const TensorId spatial =
      net.conv(name + ".conv2", narrow,
               {.out_channels = width, .kernel = 3, .stride = stride, .padding = 1});
  // The first block of a stage changes the shape, so its shortcut needs a projection.
  const TensorId shortcut = first ? net.conv(name + ".downsample", in,
                                             {.out_channels = kExpansion * width, .stride = stride})
                                  : in;
  return net.conv(name + ".conv3", spatial, {.out_channels = kExpansion * width}, shortcut);
}

}  // namespace

Graph make_resnet(std::string name, const std::array<int, 4>& blocks, std::int64_t batch,
                  std::int64_t image, DType dtype) {
  Layers net(std::move(name), dtype);
  TensorId x = net.input("input", {batch, 3, image, image});
  x = net.conv("conv1", x, {.out_channels = 64, .kernel = 7, .stride = 2, .padding = 3});
  x = net.max_pool("maxpool", x, 3, 2, 1);
  std::int64_t width = 64;
  for (std::size_t stage = 0; stage < blocks.size(); ++stage) {
    for (int block = 0; block < blocks[stage]; ++block) {
      const bool first = block == 0;
      x = bottleneck(net, fmt::format("layer{}.{}", stage + 1, block), x, width,
                     first && stage > 0 ? 2 : 1, first);
    }
    width *= 2;
  }
  x = net.average_pool("avgpool", x);
  const std::int64_t features = width / 2 * kExpansion;
  x = net.matmul("fc", x,
                 {.positions = batch, .out_channels = kImageNetClasses, .in_channels = features},
                 {batch, kImageNetClasses});
  net.vector("softmax", "softmax", VectorKind::kSoftmax, {x});
  return net.build();
}

}  // namespace memplace
