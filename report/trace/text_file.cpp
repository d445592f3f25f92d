// SPDX-License-Identifier: Apache-2.0
#include "report/trace/text_file.h"

#include <algorithm>

#include "base/error.h"

namespace memplace {

void TextFile::make_room(std::size_t size) {
  if (!failure_) {
    try {
      file_.write({buffer_.data(), used_});
    } catch (const Error&) {
      failure_ = std::current_exception();
    }
  }
  used_ = 0;
  buffer_.resize(std::max(buffer_.size(), size));
}

void TextFile::commit() {
  make_room(0);
  if (failure_) {
    std::rethrow_exception(failure_);
  }
  file_.commit();
}

}  // namespace memplace
