#include <algorithm>

#include <fmt/format.h>

#include "formats/text/assume.hpp"

namespace onlan::formats::text {
namespace {

// The two ends of a cable name each other by their indices.
bool are_ends(const model::Link& one, const model::Link& other)
{
    return one.peer_netnsid && other.peer_netnsid && one.peer == other.index &&
           other.peer == one.index;
}

void point(Part& from, model::Link& link, const Part& to)
{
    link.peer_netnsid = static_cast<int>(to.netns.inode);
    from.netns.peers[*link.peer_netnsid] = to.netns.inode;
}

// "eth0@if2" in a container, where device 2 of the host is none that points back.
bool stands_on(const model::Link& upper, const model::Link& lower)
{
    return upper.peer_netnsid && upper.peer == lower.index && lower.peer == 0 && !lower.loopback &&
           (upper.kind.empty() || upper.macvlan_mode || upper.ipvlan_mode);
}

void stand(Part& part, model::Link& upper, const Part& host, const model::Link& lower)
{
    if (upper.kind.empty()) {
        const bool ipvlan = upper.mac && upper.mac == lower.mac;
        upper.kind = ipvlan ? "ipvlan" : "macvlan";
        if (ipvlan)
            upper.ipvlan_mode = model::IpvlanMode::l2;
        else
            upper.macvlan_mode = model::MacvlanMode::bridge;
        part.netns.assumed.push_back(
            fmt::format("{} of {} is an {} on {} of the host: `ip -d link` there would tell",
                        upper.name, part.netns.name, upper.kind, lower.name));
    }
    point(part, upper, host);
}

void join(Part& host, Part& part)
{
    for (model::Link& inner : part.netns.links) {
        const auto outer = std::ranges::find_if(
            host.netns.links, [&](const model::Link& link) { return are_ends(link, inner); });
        if (outer != host.netns.links.end()) {
            inner.kind = outer->kind = "veth";
            point(part, inner, host);
            point(host, *outer, part);
            continue;
        }
        const auto lower = std::ranges::find_if(
            host.netns.links, [&](const model::Link& link) { return stands_on(inner, link); });
        if (lower != host.netns.links.end())
            stand(part, inner, host, *lower);
    }
}

} // namespace

void join_namespaces(Paste& paste)
{
    std::uint64_t inode = 0;
    Part& host = paste.parts["host"];
    host.netns.inode = ++inode;
    for (auto& [name, part] : paste.parts) {
        if (name != "host")
            part.netns.inode = ++inode;
    }
    // What `ip` calls "link-netnsid 0" is a number of that namespace's own. What stays unjoined
    // leads out of the paste, as a number that no namespace has.
    constexpr int kNowhere = 1 << 20;
    for (auto& [name, part] : paste.parts) {
        for (model::Link& link : part.netns.links) {
            if (link.peer_netnsid)
                link.peer_netnsid = kNowhere;
        }
    }
    std::vector<Part*> parts;
    for (auto& [name, part] : paste.parts)
        parts.push_back(&part);
    std::ranges::stable_partition(parts,
                                  [](const Part* part) { return part->netns.name == "host"; });
    for (std::size_t one = 0; one < parts.size(); ++one) {
        for (std::size_t other = one + 1; other < parts.size(); ++other)
            join(*parts[one], *parts[other]);
    }
}

} // namespace onlan::formats::text
