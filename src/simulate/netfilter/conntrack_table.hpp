#pragma once

#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

#include "model/conntrack.hpp"
#include "model/trace.hpp"
#include "rules/packet_view.hpp"
#include "simulate/ip/fib.hpp"
#include "simulate/netfilter/tcp_track.hpp"

namespace onlan::simulate {

struct Namespace;

using model::kAssured;
using model::kConfirmed;
using model::kDestinationNat;
using model::kDestinationNatDone;
using model::kDying;
using model::kExpected;
using model::kSeenReply;
using model::kSourceNat;
using model::kSourceNatDone;

[[nodiscard]] inline rules::CtZone zone_of(const model::Conntrack& entry)
{
    return {.original = entry.zone_original, .reply = entry.zone_reply};
}

struct TupleHash {
    std::size_t operator()(const model::Tuple& tuple) const noexcept;
};

// A tracked connection in one run: model::Conntrack and what a packet changes of it (struct
// nf_conn).
struct Connection {
    const Namespace* netns = nullptr;
    model::Conntrack entry;
    const model::Conntrack* stored = nullptr; // the snapshot's entry that this is the copy of
    int masquerade_link = 0;                  // nf_conn_nat.masq_index
    TcpTrack tcp;

    [[nodiscard]] rules::CtZone zone() const { return zone_of(entry); }
    [[nodiscard]] bool has(std::uint32_t bit) const { return (entry.status & bit) != 0; }
    [[nodiscard]] const model::Tuple& tuple(rules::CtDirection direction) const
    {
        return direction == rules::CtDirection::original ? entry.original : entry.reply;
    }
};

// Where a tuple was found.
struct ConnectionHit {
    const model::Conntrack* entry = nullptr;
    rules::CtDirection direction = rules::CtDirection::original;
};

// The snapshot's entries of one namespace, by both tuples.
class ConntrackTable {
public:
    ConntrackTable() = default;
    explicit ConntrackTable(const std::vector<model::Conntrack>& entries);

    [[nodiscard]] std::optional<ConnectionHit> find(const model::Tuple& tuple,
                                                    const rules::CtZone& zone) const;
    // Entries whose original source is the same socket (nf_nat_bysource).
    [[nodiscard]] std::vector<const model::Conntrack*> by_source(const model::Tuple& tuple) const;

private:
    std::unordered_multimap<model::Tuple, ConnectionHit, TupleHash> by_tuple_;
    std::unordered_multimap<model::Tuple, const model::Conntrack*, TupleHash> by_source_;
};

// A tuple with nothing but protocol, source address and source port.
[[nodiscard]] model::Tuple source_only(const model::Tuple& tuple);

} // namespace onlan::simulate
