#include "render/phase.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "net/protocols.hpp"

namespace onlan::render {
bool is_trivial(const model::Step& step)
{
    using enum model::Action;
    constexpr std::array kUnsaid{accept,  output, pass_up,     forward, cross,
                                 resolve, flood,  established, local};
    return !step.before && std::ranges::find(kUnsaid, step.action) != kUnsaid.end();
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
    const bool ports = !net::is_icmp(header.protocol);
    const auto side = [ports](const net::IpAddress& address, const model::PortRange& port) {
        return ports ? model::endpoint_text(address, port) : address.to_string();
    };
    return fmt::format("{} > {}", side(header.source, header.source_port),
                       side(header.destination, header.destination_port));
}

} // namespace onlan::render
