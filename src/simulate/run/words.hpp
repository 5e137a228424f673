#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "model/conntrack.hpp"
#include "model/trace.hpp"
#include "net/ip_address.hpp"
#include "net/mac_address.hpp"

namespace onlan::model {
struct Route;
}

namespace onlan::simulate {

struct Namespace;

// A route, with the namespace whose devices it names.
struct RouteOf {
    const Namespace* netns = nullptr;
    const model::Route* route = nullptr;
};

// A conntrack entry as it was when a step spoke of it. A port that the kernel has drawn is the
// range that it drew from.
struct EntrySeen {
    struct Ports {
        model::PortRange source;
        model::PortRange destination;
    };
    model::Conntrack entry;
    Ports original;
    Ports reply;
};

// A segment by its flags: "a SYN+ACK", "an RST".
struct TcpFlags {
    std::uint8_t bits = 0;
};

// A sentence that nobody has read yet: a text with places "{}", and what belongs there. Writing a
// step down costs a few copies; only a step that is shown becomes text. Texts are those of the
// program and names those of the world, which outlive it.
class Words {
public:
    Words() = default;
    template <typename... Each>
    Words(std::string_view text, const Each&... each) // NOLINT(google-explicit-constructor)
        : text_(text), words_{Word(each)...}
    {
        static_assert(sizeof...(Each) <= kMost);
    }
    template <typename... Each>
    Words(const char* text, const Each&... each) // NOLINT(google-explicit-constructor)
        : Words(std::string_view(text), each...)
    {}

    [[nodiscard]] std::string to_string() const;

private:
    using Word = std::variant<std::string_view,
                              std::uint32_t,
                              model::PortRange,
                              net::IpAddress,
                              net::MacAddress,
                              RouteOf,
                              TcpFlags,
                              const EntrySeen*>;
    static constexpr std::size_t kMost = 4;

    std::string_view text_;
    std::array<Word, kMost> words_;
};

} // namespace onlan::simulate
