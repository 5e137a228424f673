#include "simulate/netfilter/conntrack_table.hpp"

namespace onlan::simulate {

std::size_t TupleHash::operator()(const model::Tuple& tuple) const noexcept
{
    const AddressHash hash;
    std::size_t mixed = hash(tuple.source) * 31 + hash(tuple.destination);
    mixed ^= static_cast<std::size_t>(tuple.protocol) << 40U |
             static_cast<std::size_t>(tuple.source_port) << 16U | tuple.destination_port;
    return mixed * 0x9E3779B97F4A7C15ULL;
}

model::Tuple source_only(const model::Tuple& tuple)
{
    return {.source = tuple.source,
            .destination = net::IpAddress::any(tuple.source.family()),
            .protocol = tuple.protocol,
            .source_port = tuple.source_port};
}

ConntrackTable::ConntrackTable(const std::vector<model::Conntrack>& entries)
{
    by_tuple_.reserve(entries.size() * 2);
    for (const model::Conntrack& entry : entries) {
        by_tuple_.emplace(entry.original, ConnectionHit{&entry, rules::CtDirection::original});
        by_tuple_.emplace(entry.reply, ConnectionHit{&entry, rules::CtDirection::reply});
        if ((entry.status & kSourceNatDone) != 0)
            by_source_.emplace(source_only(entry.original), &entry);
    }
}

std::optional<ConnectionHit> ConntrackTable::find(const model::Tuple& tuple,
                                                  const rules::CtZone& zone) const
{
    const auto [first, last] = by_tuple_.equal_range(tuple);
    for (auto it = first; it != last; ++it) {
        const ConnectionHit& hit = it->second;
        if (zone_of(*hit.entry).at(hit.direction) == zone.at(hit.direction))
            return hit;
    }
    return {};
}

std::vector<const model::Conntrack*> ConntrackTable::by_source(const model::Tuple& tuple) const
{
    std::vector<const model::Conntrack*> found;
    const auto [first, last] = by_source_.equal_range(source_only(tuple));
    for (auto it = first; it != last; ++it)
        found.push_back(it->second);
    return found;
}

} // namespace onlan::simulate
