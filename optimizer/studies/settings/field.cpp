// SPDX-License-Identifier: Apache-2.0
#include "optimizer/studies/settings/field.h"

#include <fmt/format.h>

namespace memplace {
namespace {

std::string word_of(const FieldInfo& info, const Json& json) {
  if (json.is_structured() || json.is_boolean() || json.is_null()) {
    throw Error(fmt::format("got {}, expected text or a number", one_line(json)));
  }
  const std::string text = json.is_string() ? json.get<std::string>() : one_line(json);
  // Times are numbers of picoseconds.
  return json.is_number() && info.json.ends_with("_ps") ? text + " ps" : text;
}

}  // namespace

std::optional<Words> words_of(const FieldInfo& info, const Json& json) {
  if (json.is_null()) {
    return std::nullopt;
  }
  switch (info.kind) {
    case FieldInfo::Kind::kFlag:
      if (!json.is_boolean()) {
        throw Error(fmt::format("got {}, expected true or false", one_line(json)));
      }
      return json.get<bool>() ? Words{"true"} : Words{};
    case FieldInfo::Kind::kList: {
      if (!json.is_array()) {
        throw Error(fmt::format("got {}, expected a list", one_line(json)));
      }
      Words words;
      for (const Json& item : json) {
        words.push_back(word_of(info, item));
      }
      return words;
    }
    case FieldInfo::Kind::kChoice: {
      const std::string word = word_of(info, json);
      if (std::find(info.names.begin(), info.names.end(), word) == info.names.end()) {
        throw Error(unknown_name_message(info.key, word, info.names));
      }
      return Words{word};
    }
    default:
      return Words{word_of(info, json)};
  }
}

}  // namespace memplace
