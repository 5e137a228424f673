#include <gtest/gtest.h>

#include "render/xml.hpp"

namespace onlan::render {
namespace {

constexpr const char* kReplacement = "\xEF\xBF\xBD"; // U+FFFD

TEST(XmlText, EscapesMarkup)
{
    EXPECT_EQ(xml_text(R"(a < b & c > "d")"), "a &lt; b &amp; c &gt; &quot;d&quot;");
}

TEST(XmlText, LeavesUtf8AsItIs)
{
    const std::string text = "\x7F é € 😀 \xED\x9F\xBF \xF4\x8F\xBF\xBF\t\n";
    EXPECT_EQ(xml_text(text), text);
}

TEST(XmlText, ReplacesEachByteThatIsNotUtf8)
{
    for (const char* byte : {"\x80", "\xC3", "\xE2\0", "\xF5", "\xFF"})
        EXPECT_EQ(xml_text(byte), kReplacement);
    EXPECT_EQ(xml_text("a\xC3z"), std::string("a") + kReplacement + "z");
    for (const char* overlong_or_cut : {"\xC0\xAF", "\xC1\xBF", "\xE2\x82"})
        EXPECT_EQ(xml_text(overlong_or_cut), std::string(kReplacement) + kReplacement);
}

TEST(XmlText, ReplacesCharactersThatNoXmlDocumentMayHold)
{
    for (const char* character :
         {"\x01", "\x1B", "\x1F", "\xED\xA0\x80", "\xEF\xBF\xBE", "\xF4\x90\x80\x80"})
        EXPECT_EQ(xml_text(character), kReplacement);
    EXPECT_EQ(xml_text(std::string_view("\0", 1)), kReplacement);
}

} // namespace
} // namespace onlan::render
