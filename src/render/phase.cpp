#include "render/phase.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "net/protocols.hpp"

namespace onlan::render {
namespace {

using net::kIcmp;
using net::kIcmpv6;

template <std::size_t count>
bool is_one_of(std::string_view word, const std::array<std::string_view, count>& words)
{
    return std::ranges::find(words, word) != words.end();
}

} // namespace

bool is_trivial(const model::Step& step)
{
    constexpr std::array<std::string_view, 6> kPassedOn = {"accept",  "output", "pass-up",
                                                           "forward", "cross",  "resolve"};
    constexpr std::array<std::string_view, 3> kUnsaid = {"flood", "established", "local"};
    return !step.before && (is_one_of(step.action, kPassedOn) || is_one_of(step.action, kUnsaid));
}

bool is_end(const model::Step& step)
{
    constexpr std::array<std::string_view, 5> kEnds = {"drop", "reject", "unreachable", "reset",
                                                       "ignore"};
    return is_one_of(step.action, kEnds);
}

bool same_walk(const model::TracedPacket& one, const model::TracedPacket& other)
{
    return one.summary == other.summary &&
           std::ranges::equal(one.steps, other.steps,
                              [](const model::Step& a, const model::Step& b) {
                                  return a.netns == b.netns && a.device == b.device &&
                                         a.stage == b.stage && a.action == b.action;
                              });
}

std::string tuple(const model::Header& header)
{
    const bool ports = header.protocol != kIcmp && header.protocol != kIcmpv6;
    const auto side = [ports](const net::IpAddress& address, const model::PortRange& port) {
        return ports ? model::endpoint_text(address, port) : address.to_string();
    };
    return fmt::format("{} > {}", side(header.source, header.source_port),
                       side(header.destination, header.destination_port));
}

} // namespace onlan::render
