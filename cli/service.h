// SPDX-License-Identifier: Apache-2.0
// What other programs ask of this one: JSON-RPC 2.0, a message a line (docs/guide/protocol.md).
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "base/json.h"

namespace memplace {

class ServedSearch;

inline constexpr std::size_t kMostServedSearches = 256;

// Answers requests, one after the other. A search that was opened lasts until it is closed.
class Service {
 public:
  Service();
  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;
  ~Service();

  // The answer to a line, both without their ends; empty where none is due, to a notification.
  // Throws nothing for what the line says.
  std::string answer(std::string_view line);

 private:
  Json answer_to(const Json& request);
  Json call(const std::string& method, const Json& params);
  Json open(const Json& params);

  std::map<std::int64_t, std::unique_ptr<ServedSearch>> searches_;
  std::int64_t next_ = 1;
};

}  // namespace memplace
