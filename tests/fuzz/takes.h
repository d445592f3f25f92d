// SPDX-License-Identifier: Apache-2.0
// What every target of a fuzzer promises: it takes its bytes, or one Error says why not.
#pragma once

#include <string>

#include "base/error.h"

namespace memplace::test {

// Calls `read` and returns whether it came to its end. The message of an Error has to be one line
// that a terminal shows as it is; anything else that is thrown goes on to the caller, who fails.
template <class Read>
bool takes(const Read& read) {
  try {
    read();
    return true;
  } catch (const Error& error) {
    const std::string message = error.what();
    MEMPLACE_ASSERT(!message.empty() && printable(message) == message, printable(message));
    return false;
  }
}

// What `reader` reads of a text that we wrote. A mistake in that is ours: it throws InternalError.
template <class Read>
auto reread(const std::string& written, const Read& reader) {
  try {
    return reader(written);
  } catch (const Error& error) {
    fail_assertion("what is written is read", __FILE__, __LINE__,
                   std::string(error.what()) + '\n' + written);
  }
}

}  // namespace memplace::test
