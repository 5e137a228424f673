#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "base/json_document.hpp"

namespace onlan {
namespace {

// As a comment of iptables may have it, or the name of a link.
TEST(JsonDocument, BytesThatAreNoTextAreReplaced)
{
    EXPECT_EQ(json_document_text("a\xff"
                                 "b"),
              "\"a\uFFFDb\"");
}

} // namespace
} // namespace onlan
