// SPDX-License-Identifier: Apache-2.0
// What each ONNX operator costs: one explicit table for the standard (opsets 1 to 26), its
// traditional machine learning domain, and the contributed operators that exported files hold.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "workloads/graph/types.h"

namespace memplace::onnx {

enum class OperatorClass {
  kGrid,      // matrix products and convolutions: multiply-accumulates on the grid
  kVector,    // one step of the vector unit an element that is written
  kReduce,    // one step an element that is read
  kWindow,    // one step an element that a window reads: pooling
  kMove,      // copies what it writes
  kView,      // the same bytes under another name, where nothing moves; else a copy
  kFold,      // constant once shapes are known: reading has folded it away
  kInlined,   // control flow, which reading has inlined
  kQuantize,  // between float and quantised data: folded into its neighbours
  kRefused,
};

struct OperatorRow {
  std::string_view domain;  // "" for the standard
  std::string_view name;
  OperatorClass work = OperatorClass::kVector;
  VectorKind vector = VectorKind::kElementwise;  // of kVector, kReduce, kWindow, kMove
  std::string_view reason;                       // of kRefused: why
};

// All rows, in no order that means anything.
std::span<const OperatorRow> operator_table();

// The row, or null. The domain "ai.onnx" is the standard's other name.
const OperatorRow* find_operator(std::string_view domain, std::string_view name);

// Whether the result holds the elements of the first input, moved about or of another type.
bool rearranges(std::string_view name);

}  // namespace memplace::onnx
