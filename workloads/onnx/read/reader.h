// SPDX-License-Identifier: Apache-2.0
// Reads an ONNX file: opsets 1 to 26 of the standard, and other domains where shapes are stored.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "workloads/onnx/model/model.h"

namespace memplace::onnx {

inline constexpr std::int64_t kOldestOpset = 1;
inline constexpr std::int64_t kNewestOpset = 26;

struct ReadOptions {
  // Sizes of symbolic axes: by the symbol's name ("batch"), wherever it occurs; an axis of a graph
  // input without a symbol is INPUT.AXIS, counted from 0 ("tokens.1"), and one of a node's result
  // whose size depends on data RESULT.AXIS. Every name given must occur,
  // and its size be taken by a value and agree with the others; 0 is one where something is left.
  std::map<std::string, std::int64_t> dims;
  // An operator that no rule and no schema knows, and whose output shapes are not stored, is taken
  // to have the shape of its first input, with a note; without it such a node is an error.
  bool allow_unknown = false;
  // Where given, remarks are added to it: what was inlined, re-ordered, renamed or taken for
  // granted.
  std::vector<std::string>* notes = nullptr;
  // Values of inputs that decide a branch, a trip count or a shape, and of constants whose data the
  // file lacks; 0 and 1 of booleans. Such an input is none any more.
  std::map<std::string, std::vector<double>> values = {};
};

// The model behind `path`, in the form that model.h promises. Payloads above 64 KiB are passed over
// in the file, so that any size of file is read in the memory of its graph; external data are never
// opened.
//
// A shape is found by our rules from the inputs of its node. Where none of ours applies it is what
// the file stores (value_info, outputs), then what the library infers; a stored shape that a rule
// contradicts is ignored with a note.
//
// Throws Error, one message that begins with the path, where the file is malformed, uses an opset
// outside the range, needs control flow that is not constant, or where a shape stays unknown.
Model read_onnx(const std::string& path, const ReadOptions& options);

}  // namespace memplace::onnx
