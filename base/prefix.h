// SPDX-License-Identifier: Apache-2.0
// What stands in front of messages.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace memplace {

// "PREFIX: MESSAGE", or the message alone where it begins so already, or with a place in PREFIX
// ("FILE:3:1: ..."): what passes on a mistake does not know whether it names the same thing.
std::string with_prefix(std::string_view prefix, std::string_view message);

// The same, and the message alone too where it begins with one of the files among `names`: a
// mistake in a file that another file names is told by its own place.
std::string with_prefix(std::string_view prefix, std::string_view message,
                        std::span<const std::string> names);

}  // namespace memplace
