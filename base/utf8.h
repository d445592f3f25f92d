// SPDX-License-Identifier: Apache-2.0
// Characters in a text of bytes.
#pragma once

#include <cstddef>
#include <string_view>

namespace memplace {

// The length in bytes of the UTF-8 character at the begin of `text`, which is not empty; 0 where
// there is none. Overlong forms, surrogates and what lies above U+10FFFF are none.
std::size_t utf8_length(std::string_view text);

// Whether a character is to be shown as an escape: it would do something to what is around it, or
// cannot be seen. Control characters (C0, C1, DEL), those that turn the direction of text, and the
// separators of lines and paragraphs.
bool is_control(char32_t character);

// Whether there is a control character of ASCII in the text; names have none.
bool has_ascii_control(std::string_view text);

// The code point of the character at the begin of `text`, whose length utf8_length() says.
char32_t code_point(std::string_view text, std::size_t length);

}  // namespace memplace
