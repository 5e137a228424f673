#pragma once

#include <string>
#include <string_view>

namespace onlan::render {

// Text as an XML document may hold it: markup escaped, and U+FFFD in place of bytes that are not
// UTF-8 and of characters that XML does not know.
[[nodiscard]] std::string xml_text(std::string_view text);

} // namespace onlan::render
