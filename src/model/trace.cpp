#include "model/trace.hpp"

#include <array>

#include <fmt/format.h>

namespace onlan::model {
namespace {

constexpr std::uint8_t kArp = 0;

} // namespace

std::string PortRange::to_string() const
{
    return random() ? fmt::format("{}-{}", first, last) : std::to_string(first);
}

std::string endpoint_text(const net::IpAddress& address, const PortRange& port)
{
    return address.family() == net::Family::ipv6
               ? fmt::format("[{}]:{}", address.to_string(), port.to_string())
               : address.to_string() + ":" + port.to_string();
}

std::string_view table_name(ByEntry::Table table) noexcept
{
    constexpr std::array<std::string_view, 6> kNames{"route",     "fdb",    "conntrack",
                                                     "neighbour", "socket", "link"};
    return kNames.at(static_cast<std::size_t>(table));
}

std::string reason_text(const Because& because)
{
    struct Text {
        std::string operator()(const ByKernel& by) const { return by.text; }
        std::string operator()(const ByRule& by) const
        {
            if (by.number == 0)
                return fmt::format("the policy of {} {}: {}", by.table, by.chain, by.text);
            const std::string handle = by.handle == 0 ? "" : fmt::format(" (handle {})", by.handle);
            return fmt::format("rule {} of {} {}{}: {}", by.number, by.table, by.chain, handle,
                               by.text);
        }
        std::string operator()(const BySysctl& by) const
        {
            return fmt::format("{} = {}", by.name, by.value);
        }
        std::string operator()(const ByEntry& by) const { return by.text; }
    };
    return std::visit(Text{}, because);
}

std::string because_text(const Because& because)
{
    std::string text = reason_text(because);
    if (const auto* kernel = std::get_if<ByKernel>(&because))
        return fmt::format("{} [{}]", text, kernel->function);
    if (const auto* entry = std::get_if<ByEntry>(&because))
        return fmt::format("{}: {}", table_name(entry->table), text);
    return text;
}

bool is_arp(const TracedPacket& packet)
{
    return packet.sent.protocol == kArp;
}

std::string_view outcome_name(Outcome outcome) noexcept
{
    constexpr std::array<std::string_view, 8> kNames{"delivered", "timeout",  "stalled",
                                                     "refused",   "reset",    "unreachable",
                                                     "blocked",   "ambiguous"};
    return kNames.at(static_cast<std::size_t>(outcome));
}

} // namespace onlan::model
