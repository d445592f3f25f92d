// SPDX-License-Identifier: Apache-2.0
// docs/model/compute-cycles.md: the cycles of ResNet-50's grid work beside closed forms. Layers and
// formulas stand here a second time, so that neither the network's builder nor the lowering checks
// itself.
#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "base/files.h"
#include "sim/chip/chip_reader.h"
#include "sim/timing/program.h"
#include "workloads/builtin/builtins.h"

namespace memplace::test {
namespace {

struct Layer {
  std::string name;
  std::int64_t positions;
  std::int64_t out_channels;
  std::int64_t in_channels;
  std::int64_t kernel;

  std::int64_t macs() const { return positions * out_channels * in_channels * kernel; }
};

// Table 1 of "Deep Residual Learning for Image Recognition" at 224 x 224, with the stride in the
// 3 x 3 convolutions ("v1.5").
std::vector<Layer> resnet50_layers() {
  struct Stage {
    std::int64_t blocks, side, width;
  };
  constexpr std::array<Stage, 4> kStages{{{3, 56, 64}, {4, 28, 128}, {6, 14, 256}, {3, 7, 512}}};
  std::vector<Layer> layers{{"conv1", 112 * 112, 64, 3, 7 * 7}};
  std::int64_t side_in = 56;  // after the pooling
  std::int64_t channels = 64;
  for (std::size_t s = 0; s < kStages.size(); ++s) {
    const auto& [blocks, side, width] = kStages[s];
    for (std::int64_t block = 0; block < blocks; ++block) {
      const std::string name = fmt::format("layer{}.{}.", s + 1, block);
      layers.push_back({name + "conv1", side_in * side_in, width, channels, 1});
      layers.push_back({name + "conv2", side * side, width, width, 3 * 3});
      if (block == 0) {
        layers.push_back({name + "downsample", side * side, 4 * width, channels, 1});
      }
      layers.push_back({name + "conv3", side * side, 4 * width, width, 1});
      side_in = side;
      channels = 4 * width;
    }
  }
  layers.push_back({"fc", 1, 1000, 2048, 1});
  return layers;
}

std::int64_t steps(std::int64_t size, std::int64_t unrolled) {
  return (size + unrolled - 1) / unrolled;
}

constexpr std::int64_t kSide = 32;  // of the systolic array

struct ClosedForms {
  std::int64_t macs = 0;
  std::int64_t grid = 0;   // 32 x 32 x 4
  std::int64_t folds = 0;  // of the array
  std::int64_t array = 0;
  std::int64_t scale_sim = 0;     // as published
  std::int64_t scale_sim_v2 = 0;  // as its source counts

  ClosedForms& operator+=(const ClosedForms& other) {
    macs += other.macs;
    grid += other.grid;
    folds += other.folds;
    array += other.array;
    scale_sim += other.scale_sim;
    scale_sim_v2 += other.scale_sim_v2;
    return *this;
  }
};

ClosedForms closed_forms(const Layer& layer) {
  const std::int64_t reduction = layer.in_channels * layer.kernel;
  ClosedForms result;
  result.macs = layer.macs();
  result.grid = layer.kernel * steps(layer.positions, 4) * steps(layer.out_channels, 32) *
                steps(layer.in_channels, 32);
  result.folds = steps(layer.positions, kSide) * steps(layer.out_channels, kSide);
  result.array = result.folds * reduction;
  result.scale_sim = result.folds * (2 * kSide + kSide + reduction - 2);
  result.scale_sim_v2 = result.folds * (kSide + kSide + reduction - 2);
  return result;
}

ClosedForms sum_of(const std::vector<Layer>& layers) {
  ClosedForms sum;
  for (const Layer& layer : layers) {
    sum += closed_forms(layer);
  }
  return sum;
}

// a / b in thousandths, rounded half up.
std::int64_t thousandths(std::int64_t a, std::int64_t b) { return (2000 * a + b) / (2 * b); }

std::string formulas_of_row(const ClosedForms& forms) {
  const std::int64_t used = thousandths(forms.macs, forms.grid * 32 * 32 * 4);
  const std::int64_t ratio = thousandths(forms.scale_sim, forms.array);
  return fmt::format("{} | {}.{}% | {} | {} | {} | {}.{:03} |", forms.grid, used / 10, used % 10,
                     forms.folds, forms.array, forms.scale_sim, ratio / 1000, ratio % 1000);
}

std::string compute_cycles_page() {
  return read_file(std::string(MEMPLACE_SOURCE_DIR) + "/docs/model/compute-cycles.md");
}

Program lowered(const std::string& chip, const Mode& mode) {
  return lower(Problem(make_builtin("resnet50", DType::kInt8), load_chip(chip), mode));
}

// The cycles of all grid work, by the network's names and order.
std::vector<std::pair<std::string, std::int64_t>> grid_ops(const Program& program) {
  std::vector<std::pair<std::string, std::int64_t>> ops;
  for (const OpId id : program.graph().ops()) {
    const Op& op = program.graph().op(id);
    if (std::holds_alternative<GridWork>(op.work)) {
      ops.emplace_back(op.name, program.ops[id.index()].cycles.count());
    }
  }
  return ops;
}

}  // namespace

TEST_CASE("the grid's cycles of ResNet-50 are those of its loop nest", "[timing][docs]") {
  const auto ops = grid_ops(lowered("nnpi-12ice", {12, 1, 1}));
  const std::vector<Layer> layers = resnet50_layers();
  REQUIRE(layers.size() == 54);
  REQUIRE(ops.size() == 54);
  for (std::size_t i = 0; i < layers.size(); ++i) {
    CAPTURE(layers[i].name);
    CHECK(ops[i].first == layers[i].name);
    CHECK(ops[i].second == closed_forms(layers[i]).grid);
  }
}

TEST_CASE("a systolic array's cycles of ResNet-50 are SCALE-Sim's without fill and drain",
          "[timing][docs]") {
  const auto ops =
      grid_ops(lowered(MEMPLACE_SOURCE_DIR "/configs/validation/systolic-32x32.yaml", {1, 1, 1}));
  const std::vector<Layer> layers = resnet50_layers();
  REQUIRE(ops.size() == layers.size());
  for (std::size_t i = 0; i < layers.size(); ++i) {
    CAPTURE(layers[i].name);
    const ClosedForms forms = closed_forms(layers[i]);
    CHECK(ops[i].first == layers[i].name);
    CHECK(ops[i].second == forms.array);
    // 2R + C - 2 with R = C = 32.
    CHECK(forms.scale_sim - ops[i].second == 94 * forms.folds);
  }
}

TEST_CASE("docs/model/compute-cycles.md has the rows that the formulas give", "[timing][docs]") {
  const std::string page = compute_cycles_page();
  for (const Layer& layer : resnet50_layers()) {
    const std::string row = fmt::format("\n| {} | {} | {} | {} | {} | {}\n", layer.name,
                                        layer.positions, layer.out_channels, layer.in_channels,
                                        layer.kernel, formulas_of_row(closed_forms(layer)));
    CAPTURE(row);
    CHECK(page.find(row) != std::string::npos);
  }
  const ClosedForms sum = sum_of(resnet50_layers());
  CHECK(page.find("\n| all 54 | | | | | " + formulas_of_row(sum) + "\n") != std::string::npos);
}

TEST_CASE("the sums in the text of docs/model/compute-cycles.md", "[timing][docs]") {
  const ClosedForms sum = sum_of(resnet50_layers());
  CHECK(sum.macs == 4'089'184'256);
  CHECK(sum.macs / 4096 == 998'336);  // without remainder:
  CHECK(sum.macs % 4096 == 0);
  CHECK(sum.grid == 1'288'960);
  CHECK(sum.array == 4'492'848);
  CHECK(sum.scale_sim == 5'563'320);
  CHECK(sum.scale_sim_v2 == 5'198'904);
  CHECK(thousandths(sum.scale_sim, sum.array) == 1'238);
  CHECK(thousandths(sum.scale_sim_v2, sum.array) == 1'157);
  const std::string page = compute_cycles_page();
  for (const std::string figure :
       {"4,089,184,256", "998,336", "1,288,960", "307,328", "5,198,904"}) {
    CAPTURE(figure);
    CHECK(page.find(figure) != std::string::npos);
  }
}

}  // namespace memplace::test
