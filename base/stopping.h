// SPDX-License-Identifier: Apache-2.0
// How long work ends early. Whoever has a reason to stop says so once, around the work; whatever
// takes long looks now and then. In between nobody hands anything on.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>

namespace memplace {

// Thrown by work that looks and is to stop. What was being worked on is not to be used any more,
// unless its contract says so.
struct Stopped {};

// While it lives, work of this thread, and of pools that this thread waits for (base/parallel.h),
// is to stop once `wanted` says so. Scopes nest: work in an inner one also stops for the outer.
class StopScope {
 public:
  // `wanted` is asked often and on any thread; once it says so, it is not asked again. Empty:
  // never.
  explicit StopScope(std::function<bool()> wanted);
  StopScope(const StopScope&) = delete;
  StopScope& operator=(const StopScope&) = delete;
  ~StopScope();

  // Whether this one, the outer ones left aside, says so.
  bool stopped() const;

  // The innermost of this thread; null: none.
  static const StopScope* innermost();

 private:
  friend bool stop_wanted();

  std::function<bool()> wanted_;
  mutable std::atomic<bool> stopped_ = false;
  const StopScope* outer_;
};

// While it lives, this thread stops with another one, which waits for it.
class SharedStop {
 public:
  // StopScope::innermost() of the other thread; null: it does not stop.
  explicit SharedStop(const StopScope* scope);
  SharedStop(const SharedStop&) = delete;
  SharedStop& operator=(const SharedStop&) = delete;
  ~SharedStop();

 private:
  const StopScope* before_;
};

// Whether any scope around this says so.
bool stop_wanted();

// Throws Stopped where stop_wanted(). Takes some ten nanoseconds, more where a scope asks the time.
void look_for_stop();

// Looks once in `every` steps, for steps that take less than looking is worth.
class Lookout {
 public:
  explicit constexpr Lookout(std::uint32_t every) : every_(every) {}

  void step() {
    if (++steps_ == every_) {
      steps_ = 0;
      look_for_stop();
    }
  }

 private:
  std::uint32_t every_;
  std::uint32_t steps_ = 0;
};

}  // namespace memplace
