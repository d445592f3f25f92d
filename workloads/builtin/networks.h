// SPDX-License-Identifier: Apache-2.0
// The built-in networks. Their table, with names, defaults and ranges, is builtins.h.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "workloads/graph/graph.h"

namespace memplace {

// ResNet with bottleneck blocks, version 1.5: the stride is in the 3x3 convolution (He et al.,
// "Deep residual learning for image recognition", CVPR 2016, table 1). `blocks` counts each
// stage's.
Graph make_resnet(std::string name, const std::array<int, 4>& blocks, std::int64_t batch,
                  std::int64_t image, DType dtype);

// MobileNet-V2 at width 1.0 (Sandler et al., CVPR 2018, table 2).
Graph make_mobilenet_v2(std::string name, std::int64_t batch, std::int64_t image, DType dtype);

// What comes after the pooler of a BERT.
enum class BertHead {
  kClassifier,         // two classes from the pooled first token
  kQuestionAnswering,  // start and end logits for each token; the pooled token is an output too
};

struct BertSize {
  std::int64_t layers = 12;
  std::int64_t hidden = 768;
  std::int64_t heads = 12;
  BertHead head = BertHead::kClassifier;
};

// BERT (Devlin et al., NAACL 2019), vocabulary of 30,522, up to 512 positions. `attention_mask` is
// the additive mask, one element a token.
Graph make_bert(std::string name, const BertSize& size, std::int64_t batch, std::int64_t seq,
                DType dtype);

}  // namespace memplace
