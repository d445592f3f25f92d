// SPDX-License-Identifier: Apache-2.0
// The settings of a request as arguments of a command.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "cli/arguments.h"
#include "optimizer/studies/settings/field.h"

namespace memplace {

// Declares the option that a field is; nothing where it is none.
void declare_field(Arguments& arguments, const FieldInfo& info);

template <class Request>
void declare_fields(Arguments& arguments, std::span<const RequestField<Request>> fields) {
  for (const RequestField<Request>& field : fields) {
    declare_field(arguments, field);
  }
}

// What was given of it, as Field::set takes it; none where it was not given, or is not declared.
std::optional<Words> given_words(const Arguments& arguments, const FieldInfo& info);

// Takes over what was given of `fields`. Throws Error.
template <class Request>
void take_fields(const Arguments& arguments, std::span<const RequestField<Request>> fields,
                 Request& request) {
  for (const RequestField<Request>& field : fields) {
    const auto words = given_words(arguments, field);
    if (!words.has_value()) {
      continue;
    }
    try {
      field.set(request, *words);
    } catch (const Error& mistake) {
      throw arguments.error(field.flag + ": " + mistake.what());
    }
  }
}

}  // namespace memplace
