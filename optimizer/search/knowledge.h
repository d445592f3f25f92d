// SPDX-License-Identifier: Apache-2.0
// What one search hands to another, whatever it is.
#pragma once

#include <any>
#include <memory>
#include <utility>
#include <vector>

namespace memplace {

// Things by their type, one of each: a policy, a relaxation, a learner that is shared. Who hands
// one over and who looks for it agree on the type; searches in between, and what a strategy is,
// need not know of it.
class Knowledge {
 public:
  // In place of what there is of that type. `what` is not null.
  template <class T>
  void put(std::shared_ptr<T> what) {
    drop<T>();
    held_.emplace_back(std::move(what));
  }

  // Null where there is none. `const T` finds only what was put as such.
  template <class T>
  std::shared_ptr<T> find() const {
    for (const std::any& held : held_) {
      if (const auto* const found = std::any_cast<std::shared_ptr<T>>(&held)) {
        return *found;
      }
    }
    return nullptr;
  }

  template <class T>
  void drop() {
    std::erase_if(held_, [](const std::any& held) {
      return std::any_cast<std::shared_ptr<T>>(&held) != nullptr;
    });
  }

 private:
  std::vector<std::any> held_;
};

}  // namespace memplace
