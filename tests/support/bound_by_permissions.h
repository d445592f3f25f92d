// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>

#include <catch2/catch.hpp>
#include <linux/capability.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace memplace::test {

// While it lives, the permissions of files bind this thread though it be root's.
class BoundByPermissions {
 public:
  BoundByPermissions() {
    REQUIRE(::syscall(SYS_capget, &header_, before_.data()) == 0);
    Capabilities less = before_;
    less[0].effective &=
        ~((std::uint32_t{1} << CAP_DAC_OVERRIDE) | (std::uint32_t{1} << CAP_DAC_READ_SEARCH));
    REQUIRE(::syscall(SYS_capset, &header_, less.data()) == 0);
  }
  BoundByPermissions(const BoundByPermissions&) = delete;
  BoundByPermissions& operator=(const BoundByPermissions&) = delete;
  ~BoundByPermissions() { ::syscall(SYS_capset, &header_, before_.data()); }

 private:
  using Capabilities = std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3>;

  __user_cap_header_struct header_{_LINUX_CAPABILITY_VERSION_3, 0};
  Capabilities before_{};
};

}  // namespace memplace::test
