// SPDX-License-Identifier: Apache-2.0
// Indices that cannot be mixed up, and vectors indexed by them.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <utility>
#include <vector>

namespace memplace {

// The index of a Tag among its kind, counted from 0.
template <class Tag>
class StrongId {
 public:
  constexpr StrongId() = default;
  explicit constexpr StrongId(std::size_t index) : index_(static_cast<std::uint32_t>(index)) {}

  constexpr std::size_t index() const { return index_; }
  constexpr auto operator<=>(const StrongId&) const = default;

 private:
  std::uint32_t index_ = 0;
};

// The ids first, first + 1, ..., one before last: `for (const OpId op : graph.ops())`.
template <class Id>
class IdRange {
 public:
  class Iterator {
   public:
    explicit constexpr Iterator(std::size_t index) : index_(index) {}
    constexpr Id operator*() const { return Id(index_); }
    constexpr Iterator& operator++() {
      ++index_;
      return *this;
    }
    constexpr bool operator==(const Iterator&) const = default;

   private:
    std::size_t index_;
  };

  constexpr IdRange(std::size_t first, std::size_t last) : first_(first), last_(last) {}
  constexpr Iterator begin() const { return Iterator(first_); }
  constexpr Iterator end() const { return Iterator(last_); }
  constexpr std::size_t size() const { return last_ - first_; }

 private:
  std::size_t first_;
  std::size_t last_;
};

// A vector whose index is an Id.
template <class Id, class T>
class IdVector {
 public:
  IdVector() = default;
  explicit IdVector(std::size_t size, T value = T()) : items_(size, value) {}
  IdVector(std::initializer_list<T> items) : items_(items) {}

  T& operator[](Id id) { return items_[id.index()]; }
  const T& operator[](Id id) const { return items_[id.index()]; }

  std::size_t size() const { return items_.size(); }
  bool empty() const { return items_.empty(); }
  Id push_back(T item) {
    items_.push_back(std::move(item));
    return Id(items_.size() - 1);
  }
  IdRange<Id> ids() const { return IdRange<Id>(0, items_.size()); }

  auto begin() { return items_.begin(); }
  auto end() { return items_.end(); }
  auto begin() const { return items_.begin(); }
  auto end() const { return items_.end(); }

  bool operator==(const IdVector&) const = default;

 private:
  std::vector<T> items_;
};

}  // namespace memplace
