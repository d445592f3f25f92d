// SPDX-License-Identifier: Apache-2.0
// A table of fields says everything about the settings of a request: from it follow the options of
// the command line, the keys of YAML files, what a header shows and the command to run it again.
#pragma once

#include <algorithm>
#include <functional>
#include <initializer_list>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/json.h"
#include "base/yaml_reader.h"
#include "optimizer/studies/settings/codec.h"

namespace memplace {

// What a setting is called and means.
struct FieldInfo {
  enum class Kind {
    kValue,
    kChoice,     // of `names`
    kList,       // may be given again and again
    kFlag,       // given or not
    kComposite,  // read by who owns the table
  };

  Kind kind = Kind::kValue;
  std::string key = {};                 // in YAML
  std::string flag = {};                // on the command line; empty: it has none there
  std::string json = {};                // in the configuration of a header; empty: it is not there
  std::string label = {};               // in a header for people; empty: it is not there
  std::string type = {};                // what stands for the value in the help
  std::string help = {};                // as of Arguments
  std::string group = {};               // the map that holds the key; empty: it stands for itself
  bool always = false;                  // run.yaml has it whatever it is
  std::vector<std::string> names = {};  // of a choice, the default first
};

// One setting of a Request.
template <class Request>
struct RequestField : FieldInfo {
  // Takes words of a command line or scalars of YAML: one of a value or choice, any number of a
  // list, one or none of a flag. Throws Error that says what was found and what is expected.
  std::function<void(Request&, const Words&)> set = {};
  // The same words; none where it is empty.
  std::function<Words(const Request&)> words = {};
  // Nothing where the setting makes no sense for the request.
  std::function<std::optional<Json>(const Request&)> value = {};
  std::function<std::string(const Request&)> fact = {};  // for people; empty: not worth a line
  std::function<std::string(const Request&)> yaml = {};  // its value in a YAML file
};

// The field of a member. What people see is its words, unless it is as by default.
template <class Request, class Base, class T>
RequestField<Request> field(T Base::*member, Codec<T> codec, FieldInfo info) {
  RequestField<Request> made{std::move(info)};
  made.set = [=](Request& request, const Words& words) { request.*member = codec.read(words); };
  made.words = [=](const Request& request) { return codec.words(request.*member); };
  made.value = [=](const Request& request) { return codec.json(request.*member); };
  made.fact = [=](const Request& request) {
    const bool usual = request.*member == Request().*member;
    return usual ? std::string() : joined(codec.words(request.*member));
  };
  made.yaml = [=](const Request& request) { return codec.yaml(request.*member); };
  return made;
}

// The one of that key, which there is.
template <class Request>
const RequestField<Request>& find_field(std::span<const RequestField<Request>> fields,
                                        std::string_view key) {
  const auto found = std::find_if(fields.begin(), fields.end(),
                                  [&](const FieldInfo& info) { return info.key == key; });
  MEMPLACE_ASSERT(found != fields.end(), std::string(key));
  return *found;
}

// Those named by their keys, in that order.
template <class Request>
std::vector<RequestField<Request>> select(std::span<const RequestField<Request>> fields,
                                          std::initializer_list<std::string_view> keys) {
  std::vector<RequestField<Request>> chosen;
  chosen.reserve(keys.size());
  for (const std::string_view key : keys) {
    chosen.push_back(find_field(fields, key));
  }
  return chosen;
}

// What a header says of a request.
struct Settings {
  Json config = Json::object();
  std::vector<std::pair<std::string, std::string>> facts = {};
  Words words = {};  // of a command line, where they differ from the defaults
};

template <class Request>
Settings settings_of(std::span<const RequestField<Request>> fields, const Request& request,
                     const Request& defaults = {}) {
  Settings settings;
  for (const RequestField<Request>& field : fields) {
    if (const auto value = field.value(request); value.has_value() && !field.json.empty()) {
      settings.config[field.json] = *value;
    }
    if (const std::string fact = field.fact(request); !fact.empty() && !field.label.empty()) {
      settings.facts.emplace_back(field.label, fact);
    }
    const Words words = field.words(request);
    if (!field.flag.empty() && words != field.words(defaults)) {
      for (const std::string& word : words) {
        settings.words.push_back(field.flag);
        if (field.kind != FieldInfo::Kind::kFlag) {
          settings.words.push_back(word);
        }
      }
    }
  }
  return settings;
}

// `json`, a value as settings_of() has it, as Field::set takes it; nothing of null. Throws Error
// where it is of another type.
std::optional<Words> words_of(const FieldInfo& info, const Json& json);

// Takes over those of `fields` that `config` has by their names in JSON; where it is to be `whole`,
// each that makes sense for the request has to be there. Throws Error, which begins with `source`
// and the name.
template <class Request>
void take_json(const Json& config, std::span<const RequestField<Request>> fields,
               const std::string& source, Request& request, bool whole = false) {
  for (const RequestField<Request>& field : fields) {
    const auto found = field.json.empty() ? config.end() : config.find(field.json);
    const auto fail = [&](std::string_view what) {
      throw Error(source + field.json + ": " + std::string(what));
    };
    if (found == config.end()) {
      if (whole && field.value(request).has_value()) {
        fail("missing");
      }
      continue;
    }
    if (field.kind == FieldInfo::Kind::kComposite) {
      continue;
    }
    try {
      if (const auto words = words_of(field, *found)) {
        field.set(request, *words);
      }
    } catch (const Error& mistake) {
      fail(mistake.what());
    }
  }
}

// Reads one from its place in a file. Throws Error with a position.
template <class Request>
void read_field(const YamlValue& at, const RequestField<Request>& field, Request& request) {
  Words words;
  switch (field.kind) {
    case FieldInfo::Kind::kFlag:
      words = at.as_bool() ? Words{"true"} : Words{};
      break;
    case FieldInfo::Kind::kList:
      for (const YamlValue& item : at.items()) {
        words.push_back(item.as_string());
      }
      break;
    case FieldInfo::Kind::kChoice:
      words = {field.names[at.as_choice(field.key, field.names)]};
      break;
    case FieldInfo::Kind::kValue:
      words = {at.as_string()};
      break;
    case FieldInfo::Kind::kComposite:
      MEMPLACE_ASSERT(false, field.key);
  }
  try {
    field.set(request, words);
  } catch (const Error& mistake) {
    throw at.error(mistake.what());
  }
}

// Those that `map` has; where it is to be `whole`, each that is always there has to be.
template <class Request>
void read_fields(YamlMap& map, std::span<const RequestField<Request>> fields, Request& request,
                 bool whole = false) {
  std::map<std::string, std::optional<YamlMap>> groups;
  for (const RequestField<Request>& field : fields) {
    if (field.kind == FieldInfo::Kind::kComposite) {
      continue;
    }
    YamlMap* place = &map;
    if (!field.group.empty()) {
      auto [group, is_new] = groups.try_emplace(field.group);
      if (is_new) {
        if (const auto at = map.optional(field.group)) {
          group->second.emplace(*at);
        }
      }
      place = group->second.has_value() ? &*group->second : nullptr;
    }
    if (place == nullptr) {
      continue;
    }
    const auto at = whole && field.always ? place->required(field.key) : place->optional(field.key);
    if (at.has_value()) {
      read_field(*at, field, request);
    }
  }
  for (const auto& [name, group] : groups) {
    if (group.has_value()) {
      group->finish();
    }
  }
}

// The entries of a map in YAML that read_fields() reads: (key, text) of each that is not empty and
// differs from `defaults`, or of each that is not empty where there are none.
template <class Request>
std::vector<std::pair<std::string, std::string>> yaml_entries(
    std::span<const RequestField<Request>> fields, const Request& request,
    const Request* defaults) {
  std::vector<std::pair<std::string, std::string>> entries;
  for (const RequestField<Request>& field : fields) {
    const bool empty = field.words(request).empty() && !field.always;
    if (field.kind == FieldInfo::Kind::kComposite || empty ||
        (defaults != nullptr && field.words(request) == field.words(*defaults))) {
      continue;
    }
    const std::string text = field.yaml(request);
    if (field.group.empty()) {
      entries.emplace_back(field.key, text);
      continue;
    }
    const std::string entry = field.key + ": " + text;
    if (!entries.empty() && entries.back().first == field.group) {
      std::string& group = entries.back().second;
      group.insert(group.size() - 1, ", " + entry);
    } else {
      entries.emplace_back(field.group, "{" + entry + "}");
    }
  }
  return entries;
}

}  // namespace memplace
