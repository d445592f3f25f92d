// SPDX-License-Identifier: Apache-2.0
#include "cli/completion.h"

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <utility>

namespace memplace {
namespace {

class Line {
 public:
  Line(const CommandTable& command, std::span<const std::string> words) : command_(command) {
    for (std::size_t i = 0; i + 1 < words.size(); ++i) {
      read(words[i]);
    }
    begun_ = words.back();
  }

  CompletionAnswer complete() const {
    if (pending_ != nullptr) {
      return values_of(*pending_, "", begun_);
    }
    if (begun_.starts_with("-") && !only_positionals_) {
      const std::size_t equals = begun_.find('=');
      if (equals == std::string::npos) {
        return options();
      }
      const ArgumentInfo* const option = find(begun_.substr(0, equals));
      return takes_value(option)
                 ? values_of(*option, begun_.substr(0, equals + 1), begun_.substr(equals + 1))
                 : CompletionAnswer();
    }
    if (const ArgumentInfo* const positional = next_positional()) {
      return values_of(*positional, "", begun_);
    }
    return begun_.empty() && !only_positionals_ ? options() : CompletionAnswer();
  }

 private:
  static bool takes_value(const ArgumentInfo* info) {
    return info != nullptr && !info->positional() && info->kind != ArgumentInfo::Kind::kFlag &&
           info->kind != ArgumentInfo::Kind::kSwitch;
  }

  const ArgumentInfo* find(std::string_view name) const {
    for (const ArgumentInfo& info : command_.arguments) {
      if (!name.empty() && (info.name == name || info.short_name == name)) {
        return &info;
      }
    }
    return nullptr;
  }

  const ArgumentInfo* next_positional() const {
    for (const ArgumentInfo& info : command_.arguments) {
      if (info.positional() && (info.repeatable() || !given_.contains(info.name))) {
        return &info;
      }
    }
    return nullptr;
  }

  void read(const std::string& word) {
    if (pending_ != nullptr) {
      given_[pending_->name].push_back(word);
      pending_ = nullptr;
    } else if (word == "--") {
      only_positionals_ = true;
    } else if (word.starts_with("-") && !only_positionals_) {
      const std::size_t equals = word.find('=');
      const ArgumentInfo* const option = find(word.substr(0, equals));
      if (takes_value(option) && equals == std::string::npos) {
        pending_ = option;
      } else if (option != nullptr) {
        given_[option->name].push_back(equals == std::string::npos ? "" : word.substr(equals + 1));
      }
    } else if (const ArgumentInfo* const positional = next_positional()) {
      given_[positional->name].push_back(word);
    }
  }

  CompletionAnswer options() const {
    CompletionAnswer completion;
    for (const ArgumentInfo& info : command_.arguments) {
      const bool possible = info.repeatable() || !given_.contains(info.name);
      if (!info.positional() && possible && info.name.starts_with(begun_)) {
        completion.names.push_back({info.name, meaning_of(info)});
      }
    }
    if (std::string_view("--help").starts_with(begun_)) {
      completion.names.push_back({"--help", kHelpMeaning});
    }
    return completion;
  }

  // `front` stands before each value in the word.
  CompletionAnswer values_of(const ArgumentInfo& info, const std::string& front,
                             const std::string& begun) const {
    const ValueSet& set = info.values;
    CompletionAnswer completion{{}, set.files, set.endings};
    std::vector<NamedValue> names = set.names;
    if (set.more) {
      std::vector<NamedValue> more = set.more(given_, begun);
      names.insert(names.end(), more.begin(), more.end());
    }
    for (NamedValue& value : names) {
      if (value.name.starts_with(begun)) {
        if (value.meaning.empty() && set.meaning) {
          value.meaning = set.meaning(value.name);
        }
        completion.names.push_back({front + value.name, std::move(value.meaning)});
      }
    }
    // fish would take what stands behind the colon for the beginning of a file.
    if (!completion.names.empty() && begun.find(':') != std::string::npos) {
      completion.files = ValueSet::Files::kNone;
    }
    return completion;
  }

  const CommandTable& command_;
  GivenValues given_;
  const ArgumentInfo* pending_ = nullptr;  // an option whose value comes next
  bool only_positionals_ = false;          // after --
  std::string begun_;
};

}  // namespace

CompletionAnswer complete(std::span<const CommandTable> commands,
                          std::span<const std::string> words) {
  if (words.empty()) {
    return {};
  }
  if (words.size() > 1) {
    const auto command = std::find_if(commands.begin(), commands.end(), [&](const auto& other) {
      return other.name == words.front();
    });
    return command == commands.end() ? CompletionAnswer()
                                     : Line(*command, words.subspan(1)).complete();
  }
  std::vector<NamedValue> names;
  if (words.front().starts_with("-")) {
    names = {{"--help", kHelpMeaning}, {"--version", kVersionMeaning}};
  } else {
    names.reserve(commands.size());
    for (const CommandTable& command : commands) {
      names.push_back({command.name, command.summary});
    }
  }
  std::erase_if(names, [&](const auto& value) { return !value.name.starts_with(words.front()); });
  return {names, ValueSet::Files::kNone, {}};
}

std::string to_text(const CompletionAnswer& completion) {
  std::string text;
  for (const NamedValue& value : completion.names) {
    std::string meaning = value.meaning;
    std::replace(meaning.begin(), meaning.end(), '\n', ' ');
    text += value.name + '\t' + meaning + '\n';
  }
  switch (completion.files) {
    case ValueSet::Files::kNone:
      return text + ":none\n";
    case ValueSet::Files::kDirectories:
      return text + ":directories\n";
    case ValueSet::Files::kFiles:
      break;
  }
  text += ":files";
  for (const std::string& ending : completion.endings) {
    text += ' ' + ending;
  }
  return text + '\n';
}

}  // namespace memplace
