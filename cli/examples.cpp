// SPDX-License-Identifier: Apache-2.0
#include "cli/examples.h"

#include <array>

namespace memplace {

std::span<const Example> examples() {
  static constexpr auto kTable = std::to_array<Example>({
      {"simulate", "resnet50", "under the mapping of the heuristic native"},
      {"simulate", "bert-base:seq=384 --set memories.sram.capacity=8MiB --mapping best.yaml",
       "a mapping of your own, on a chip with more scratchpad"},
      {"simulate", "resnet50 --chip nnpi-12ice --streams 12 --engines-per-stream 1",
       "throughput: twelve inferences at once"},
      {"optimize", "resnet101 --budget 2000 --out run", "search, and keep what was found"},
      {"optimize", "--resume run", "go on after an interruption"},
      {"optimize", "bert-base --strategy egrl --time 10m --pin 'embeddings*=dram'",
       "ten minutes of another strategy, with the embeddings kept where they are"},
      {"bound", "resnet101 --mapping run", "how far what was found is from the best possible"},
      {"experiment", "configs/experiments/baselines.yaml --out baselines --threads 2",
       "strategies side by side"},
      {"sweep", "configs/experiments/sweep-small.yaml --out sweep",
       "which memory sizes and bandwidths are worth their area"},
      {"train", "resnet50 resnet101 --policy-out resnets.policy",
       "a policy that optimize --policy-in begins with"},
      {"compare", "heuristic:native run/best.mapping.yaml --workload resnet101",
       "why one mapping is faster"},
      {"compare", "chip:nnpi chip:nnpi,memories.llc.capacity=48MiB --workload resnet101",
       "what more cache is worth"},
      {"describe", "bert-large:seq=128 --ops all", "every op of a network"},
      {"import", "model.onnx --dim batch=1 --output model.yaml",
       "a graph file, which can be changed by hand"},
      {"export", "bert-base --mapping best.yaml --hints hints.csv", "hand a mapping to a compiler"},
      {"allocate", "buffers.csv --minimize --picture", "the least memory that holds the buffers"},
      {"list", "strategies egrl", "the options of a strategy"},
      {"bench", "--workload resnet50 --model event", "how fast the event model is here"},
      {"completion", "bash", "source <(memplace completion bash) completes in this session"},
  });
  return kTable;
}

}  // namespace memplace
