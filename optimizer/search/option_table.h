// SPDX-License-Identifier: Apache-2.0
// Options that are members of a struct: a row says what an option is called, what it means, what it
// may be and which member it sets.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/error.h"
#include "optimizer/search/options.h"

namespace memplace {

// What the values of a choice are called.
template <class Value>
using NamedValues = std::vector<std::pair<std::string, Value>>;

// A table of options that together make a `Rule`. An option's default is what its member is in the
// rule that the table is made with. `member` is a pointer to it, or a function of Rule& that
// returns a reference to it.
template <class Rule>
class OptionTable {
 public:
  explicit OptionTable(Rule defaults = {}) : defaults_(std::move(defaults)) {}

  // A number of [least, most]: an integer where the member is one.
  template <class Member>
  OptionTable& number(std::string name, std::string summary, double least, double most,
                      Member member) {
    using Value = std::remove_cvref_t<std::invoke_result_t<Member, Rule&>>;
    using Held = std::conditional_t<std::is_integral_v<Value>, std::int64_t, double>;
    return row({std::move(name),
                std::move(summary),
                static_cast<Held>(std::invoke(member, defaults_)),
                least,
                most,
                {}},
               [member](Rule& rule, const OptionValue& value) {
                 std::invoke(member, rule) = static_cast<Value>(std::get<Held>(value));
               });
  }

  // One of several values, by its name.
  template <class Value, class Member>
  OptionTable& choice(std::string name, std::string summary, NamedValues<Value> names,
                      Member member) {
    OptionInfo info{std::move(name), std::move(summary), std::string(), 0, 0, {}};
    for (const auto& [called, value] : names) {
      if (value == std::invoke(member, defaults_)) {
        info.default_value = called;
      }
      info.choices.push_back(called);
    }
    MEMPLACE_ASSERT(!text(info).empty(), info.name);
    return row(std::move(info),
               [names = std::move(names), member](Rule& rule, const OptionValue& value) {
                 for (const auto& [called, means] : names) {
                   if (called == std::get<std::string>(value)) {
                     std::invoke(member, rule) = means;
                   }
                 }
               });
  }

  // A text that `check` lets pass; it throws Error for all others.
  template <class Member>
  OptionTable& text(std::string name, std::string summary,
                    std::function<void(const std::string& text)> check, Member member) {
    return row({std::move(name),
                std::move(summary),
                std::invoke(member, defaults_),
                0,
                0,
                {},
                std::move(check)},
               [member](Rule& rule, const OptionValue& value) {
                 std::invoke(member, rule) = std::get<std::string>(value);
               });
  }

  // The rows of another table, which make a part of the rule.
  template <class Part, class Member>
  OptionTable& part(const OptionTable<Part>& table, Member member) {
    for (const auto& [info, set] : table.rows()) {
      row(info, [set = set, member](Rule& rule, const OptionValue& value) {
        set(std::invoke(member, rule), value);
      });
    }
    return *this;
  }

  // Options that the rule has no member for: they are somebody else's, who reads them by himself.
  OptionTable& foreign(const std::vector<OptionInfo>& infos) {
    for (const OptionInfo& info : infos) {
      row(info, [](Rule&, const OptionValue&) {});
    }
    return *this;
  }

  std::vector<OptionInfo> infos() const {
    std::vector<OptionInfo> infos;
    for (const Row& row : rows_) {
      infos.push_back(row.info);
    }
    return infos;
  }

  // The options of these rows, all of which `options` has.
  Rule read(const Options& options) const {
    Rule rule = defaults_;
    for (const Row& row : rows_) {
      row.set(rule, options.value(row.info.name));
    }
    return rule;
  }

  struct Row {
    OptionInfo info;
    std::function<void(Rule& rule, const OptionValue& value)> set;
  };
  const std::vector<Row>& rows() const { return rows_; }

 private:
  static const std::string& text(const OptionInfo& info) {
    return std::get<std::string>(info.default_value);
  }
  OptionTable& row(OptionInfo info, std::function<void(Rule&, const OptionValue&)> set) {
    rows_.push_back({std::move(info), std::move(set)});
    return *this;
  }

  Rule defaults_;
  std::vector<Row> rows_;
};

}  // namespace memplace
