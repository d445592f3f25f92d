// SPDX-License-Identifier: Apache-2.0
// Networks for images whose blocks branch, gate or attend.
#include "tests/unit/onnx/zoo_vision.h"

#include <string>
#include <vector>

#include <catch2/catch.hpp>

namespace memplace::onnx {
namespace {

struct Inception : Vision {
  std::string basic(const std::string& x, std::int64_t in, std::int64_t out, std::int64_t height,
                    std::int64_t width, std::int64_t stride = 1, bool padded = true) {
    norms += out;
    const Ints pads = padded ? Ints{height / 2, width / 2} : Ints{0, 0};
    return op("Relu", {conv(x, {out, in, height, width}, stride, pads)});
  }
  std::string join(const Names& parts) { return op("Concat", parts, {{"axis", 1}}); }
  std::string a(const std::string& x, std::int64_t in, std::int64_t pooled) {
    const std::string five = basic(basic(x, in, 48, 1, 1), 48, 64, 5, 5);
    const std::string three = basic(basic(basic(x, in, 64, 1, 1), 64, 96, 3, 3), 96, 96, 3, 3);
    const std::string pool_part = basic(pool("AveragePool", x, 3, 1, 1), in, pooled, 1, 1);
    return join({basic(x, in, 64, 1, 1), five, three, pool_part});
  }
  std::string b(const std::string& x) {
    const std::string twice = basic(basic(x, 288, 64, 1, 1), 64, 96, 3, 3);
    return join({basic(x, 288, 384, 3, 3, 2, false), basic(twice, 96, 96, 3, 3, 2, false),
                 pool("MaxPool", x, 3, 2)});
  }
  std::string c(const std::string& x, std::int64_t n) {
    const std::string once = basic(basic(basic(x, 768, n, 1, 1), n, n, 1, 7), n, 192, 7, 1);
    std::string twice = basic(basic(basic(x, 768, n, 1, 1), n, n, 7, 1), n, n, 1, 7);
    twice = basic(basic(twice, n, n, 7, 1), n, 192, 1, 7);
    return join({basic(x, 768, 192, 1, 1), once, twice,
                 basic(pool("AveragePool", x, 3, 1, 1), 768, 192, 1, 1)});
  }
  std::string d(const std::string& x) {
    const std::string three = basic(basic(x, 768, 192, 1, 1), 192, 320, 3, 3, 2, false);
    const std::string seven =
        basic(basic(basic(x, 768, 192, 1, 1), 192, 192, 1, 7), 192, 192, 7, 1);
    return join({three, basic(seven, 192, 192, 3, 3, 2, false), pool("MaxPool", x, 3, 2)});
  }
  std::string e(const std::string& x, std::int64_t in) {
    const auto cross = [&](const std::string& y) {
      return join({basic(y, 384, 384, 1, 3), basic(y, 384, 384, 3, 1)});
    };
    const std::string twice = basic(basic(x, in, 448, 1, 1), 448, 384, 3, 3);
    return join({basic(x, in, 320, 1, 1), cross(basic(x, in, 384, 1, 1)), cross(twice),
                 basic(pool("AveragePool", x, 3, 1, 1), in, 192, 1, 1)});
  }
};

// 5,713,216,096 multiply-accumulates and 23,834,568 parameters without the auxiliary head, as
// published. `transform_input` takes the image's planes apart, scales and shifts each, and joins
// them again.
TEST_CASE("Inception v3", "[onnx]") {
  Inception t;
  const std::string image = t.image(299);
  Names planes;
  for (std::int64_t plane = 0; plane < 3; ++plane) {
    const std::string one =
        t.unsqueeze(t.op("Gather", {image, t.net.integer(plane)}, {{"axis", 1}}), 1);
    planes.push_back(t.op("Add", {t.op("Mul", {one, t.net.number(0.458F)}), t.net.number(-0.03F)}));
  }
  std::string x = t.basic(t.join(planes), 3, 32, 3, 3, 2, false);
  x = t.basic(t.basic(x, 32, 32, 3, 3, 1, false), 32, 64, 3, 3);
  x = t.basic(t.basic(t.pool("MaxPool", x, 3, 2), 64, 80, 1, 1), 80, 192, 3, 3, 1, false);
  x = t.a(t.a(t.a(t.pool("MaxPool", x, 3, 2), 192, 32), 256, 64), 288, 64);
  x = t.c(t.c(t.c(t.c(t.b(x), 128), 160), 160), 192);
  x = t.e(t.e(t.d(x), 1280), 2048);
  const Graph graph = t.finish(t.head(x, 2048));
  // Average pools: 3 + 4 + 2 and the last; joins: the image, 3 + 1 + 4 + 1, and 3 in each E.
  CHECK(kinds(graph) == "add:3 averagepool:10 concat:16 conv:94 gather:3 matmul:1 maxpool:4 mul:3");
  CHECK(graph.totals().macs == 5'713'216'096);
  CHECK(graph.totals().parameters == 23'834'568 - t.norms);
}

// MobileNet v3, large: 5,483,032 parameters. Before opset 14 hard swish is x * clip(x + 3, 0, 6)
// / 6. Squeezed gates: 8 blocks of average pool, two 1 x 1 convolutions and a product.
TEST_CASE("MobileNet v3", "[onnx]") {
  Vision t;
  const auto hard_swish = [&](const std::string& x) {
    const std::string clipped =
        t.op("Clip", {t.op("Add", {x, t.net.number(3)}), t.net.number(0), t.net.number(6)});
    return t.op("Mul", {x, t.op("Div", {clipped, t.net.number(6)})});
  };
  std::string x = hard_swish(t.conv_norm(t.image(), {16, 3, 3, 3}, 2));
  struct Row {
    std::int64_t kernel, wide, out, squeeze, stride;
    bool swish;
  };
  const std::vector<Row> rows{
      {3, 16, 16, 0, 1, false},    {3, 64, 24, 0, 2, false},    {3, 72, 24, 0, 1, false},
      {5, 72, 40, 24, 2, false},   {5, 120, 40, 32, 1, false},  {5, 120, 40, 32, 1, false},
      {3, 240, 80, 0, 2, true},    {3, 200, 80, 0, 1, true},    {3, 184, 80, 0, 1, true},
      {3, 184, 80, 0, 1, true},    {3, 480, 112, 120, 1, true}, {3, 672, 112, 168, 1, true},
      {5, 672, 160, 168, 2, true}, {5, 960, 160, 240, 1, true}, {5, 960, 160, 240, 1, true}};
  std::int64_t in = 16;
  std::int64_t size = 112;
  std::int64_t macs = 112 * 112 * 16 * 27;
  for (const Row& row : rows) {
    const auto act = [&](const std::string& y) {
      return row.swish ? hard_swish(y) : t.op("Relu", {y});
    };
    std::string y = x;
    if (row.wide != in) {
      y = act(t.conv_norm(y, {row.wide, in, 1, 1}));
      macs += size * size * in * row.wide;
    }
    size /= row.stride;
    y = act(t.conv_norm(y, {row.wide, 1, row.kernel, row.kernel}, row.stride, row.wide));
    macs += size * size * row.wide * (row.kernel * row.kernel + row.out);
    if (row.squeeze > 0) {
      std::string gate = t.op("GlobalAveragePool", {y});
      gate = t.op("Relu", {t.conv(gate, {row.squeeze, row.wide, 1, 1}, 1, {0, 0})});
      gate = t.conv(gate, {row.wide, row.squeeze, 1, 1}, 1, {0, 0});
      y = t.op("Mul", {t.op("HardSigmoid", {gate}, {{"alpha", 0.16666667F}}), y});
      macs += 2 * row.squeeze * row.wide;
    }
    y = t.conv_norm(y, {row.out, row.wide, 1, 1});
    x = in == row.out && row.stride == 1 ? t.op("Add", {y, x}) : y;
    in = row.out;
  }
  x = hard_swish(t.conv_norm(x, {960, 160, 1, 1}));
  x = hard_swish(t.gemm(t.flatten(t.op("GlobalAveragePool", {x})), 960, 1280));
  const Graph graph = t.finish(t.gemm(x, 1280, 1000), 13);
  CHECK(kinds(graph) == "averagepool:9 conv:62 matmul:2 mul:8");
  CHECK(graph.totals().macs == macs + 49 * 160 * 960 + 960 * 1280 + 1280 * 1000);
  CHECK(graph.totals().macs == 216'589'760);
  CHECK(graph.totals().parameters == 5'483'032 - t.norms);
}

// TinyViT of 5 M parameters. Stem and two inverted bottlenecks; then three stages of width 128,
// 160, 320 and 2, 6, 2 blocks on 28, 14 and 7 rows, with windows of 7, 14 and 7: a stage of width C
// on P positions in windows of N has P x C x 12 C products of linear layers a block, 2 x P x N x C
// of attention, and 9 x P x C of its local convolution.
struct TinyVit : Vision {
  std::string gelu(const std::string& x) {
    const std::string erf = op("Erf", {op("Div", {x, net.number(1.41421F)})});
    const std::string gated = op("Mul", {x, op("Add", {erf, net.number(1)})});
    return op("Mul", {gated, net.number(0.5F)});
  }
  std::string norm(const std::string& x, std::int64_t width) {
    return op("LayerNormalization", {x, net.weights({width}), net.weights({width})},
              {{"axis", -1}, {"epsilon", 1e-5F}});
  }
  std::string attention(const std::string& x, std::int64_t width, std::int64_t heads,
                        std::int64_t rows) {
    const std::string qkv = linear(norm(x, width), width, 3 * width);
    const std::string apart =
        op("Reshape", {qkv, shape({dim(x, 0), dim(x, 1), net.integer(heads), net.integer(-1)})});
    const Names parts = net.nodes("Split", {apart, net.ints({32, 32, 32})}, 3, {{"axis", 3}});
    const std::string q = transpose(parts[0], {0, 2, 1, 3});
    const std::string k = transpose(parts[1], {0, 2, 3, 1});
    const std::string v = transpose(parts[2], {0, 2, 1, 3});
    const std::string scaled = op("Mul", {q, net.number(0.17677669F)});
    const std::string places =
        net.weights({rows, rows}, test::OnnxType::kInt64, net.fresh("attention_bias_idxs"));
    const std::string bias = op("Gather", {net.weights({heads, rows}), places}, {{"axis", 1}});
    const std::string scores = op("Add", {op("MatMul", {scaled, k}), bias});
    const std::string mixed = op("MatMul", {op("Softmax", {scores}, {{"axis", -1}}), v});
    const std::string merged = op("Reshape", {transpose(mixed, {0, 2, 1, 3}),
                                              shape({dim(x, 0), dim(x, 1), net.integer(width)})});
    return linear(merged, width, width);
  }
  // [batch, size, size, width] in and out.
  std::string block(const std::string& x, std::int64_t width, std::int64_t heads, std::int64_t size,
                    std::int64_t window) {
    const std::int64_t side = size / window;
    const std::int64_t rows = window * window;
    const std::string batch = dim(x, 0);
    const auto numbers = [&](const std::string& first, const Ints& rest) {
      Names parts{first};
      for (const std::int64_t each : rest) {
        parts.push_back(net.integer(each));
      }
      return shape(parts);
    };
    std::string y;
    if (side == 1) {
      y = op("Reshape", {x, numbers(batch, {rows, width})});
      y = op("Reshape", {attention(y, width, heads, rows), numbers(batch, {size, size, width})});
    } else {
      y = op("Reshape", {x, numbers(batch, {side, window, side, window, width})});
      const std::string count = op("Mul", {batch, net.integer(side * side)});
      y = op("Reshape", {transpose(y, {0, 1, 3, 2, 4, 5}), numbers(count, {rows, width})});
      y = attention(y, width, heads, rows);
      y = op("Reshape", {y, numbers(batch, {side, side, window, window, width})});
      y = op("Reshape", {transpose(y, {0, 1, 3, 2, 4, 5}), numbers(batch, {size, size, width})});
    }
    y = transpose(op("Add", {x, y}), {0, 3, 1, 2});
    y = conv_norm(y, {width, 1, 3, 3}, 1, width);
    y = transpose(op("Reshape", {y, numbers(batch, {width, size * size})}), {0, 2, 1});
    const std::string wide = gelu(linear(norm(y, width), width, 4 * width));
    y = op("Add", {y, linear(wide, 4 * width, width)});
    return op("Reshape", {y, numbers(batch, {size, size, width})});
  }
};

// Stem and bottlenecks: 288,612,352 multiply-accumulates; stage by stage
//   56^2 x 64 x 128 + 28^2 x 128 x (9 + 128) + 2 x 784 x 128 x (1536 +  2 x 49 + 9)
//   28^2 x 128 x 160 + 14^2 x 160 x (9 + 160) + 6 x 196 x 160 x (1920 + 2 x 196 + 9)
//   14^2 x 160 x 320 + 7^2 x 320 x (9 + 320)  + 2 x 49 x 320 x (3840 +  2 x 49 + 9)
// and the head's 320,000: 1,255,174,720. Parameters: 5,349,888 of matrices, 22,632 biases, 8,064 of
// norms, 7,252 of attention: 5,387,836. A table of attention is gathered in every block, with
// constant places. A GELU stands alone: one in the stem, three a bottleneck, two before each stage,
// one a block.
TEST_CASE("TinyViT", "[onnx]") {
  TinyVit t;
  std::string x = t.gelu(t.conv_norm(t.image(), {32, 3, 3, 3}, 2));
  x = t.conv_norm(x, {64, 32, 3, 3}, 2);
  for (int i = 0; i < 2; ++i) {
    std::string y = t.gelu(t.conv_norm(x, {256, 64, 1, 1}));
    y = t.gelu(t.conv_norm(y, {256, 1, 3, 3}, 1, 256));
    x = t.gelu(t.op("Add", {x, t.conv_norm(y, {64, 256, 1, 1})}));
  }
  const Ints widths{64, 128, 160, 320};
  const Ints blocks{0, 2, 6, 2};
  const Ints heads{0, 4, 5, 10};
  const Ints windows{0, 7, 14, 7};
  std::int64_t size = 56;
  for (std::size_t stage = 1; stage < 4; ++stage) {
    const std::int64_t width = widths[stage];
    x = t.gelu(t.conv_norm(x, {width, widths[stage - 1], 1, 1}));
    x = t.gelu(t.conv_norm(x, {width, 1, 3, 3}, 2, width));
    x = t.transpose(t.conv_norm(x, {width, width, 1, 1}), {0, 2, 3, 1});
    size /= 2;
    for (std::int64_t i = 0; i < blocks[stage]; ++i) {
      x = t.block(x, width, heads[stage], size, windows[stage]);
    }
    x = t.transpose(x, {0, 3, 1, 2});
  }
  x = t.transpose(t.op("GlobalAveragePool", {x}), {0, 2, 3, 1});
  x = t.flatten(t.transpose(t.norm(x, 320), {0, 3, 1, 2}));
  const Graph graph = t.finish(t.gemm(x, 320, 1000));
  CHECK(graph.totals().macs == 1'255'174'720);
  CHECK(graph.totals().parameters == 5'387'836);
  CHECK(kinds(graph) ==
        "add:20 averagepool:1 conv:27 gather:10 gelu:23 layernorm:21 matmul:61 scale_mask:10 "
        "softmax:10 split:10 transpose:3");
}

}  // namespace
}  // namespace memplace::onnx
