// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace memplace {

// Of the form of all JSON that the program writes and reads: higher where a key has gone or means
// something else, the same where keys were added.
inline constexpr int kSchemaVersion = 1;

}  // namespace memplace
