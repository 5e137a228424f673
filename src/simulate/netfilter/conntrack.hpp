#pragma once

#include <optional>

#include "simulate/netfilter/core.hpp"

namespace onlan::simulate {

// nf_conntrack_in()
void conntrack_in(Run& run, Packet& packet, const HookCall& call);
// __nf_conntrack_confirm()
[[nodiscard]] bool conntrack_confirm(Run& run, Packet& packet, const HookCall& call);
struct Tracked {
    Connection* connection = nullptr;
    rules::CtDirection direction = rules::CtDirection::original;
};
[[nodiscard]] std::optional<Tracked> find_connection(Run& run,
                                                     const Namespace& netns,
                                                     const model::Tuple& tuple,
                                                     const rules::CtZone& zone);
// nf_conntrack_tuple_taken(): would a reply to `tuple` be taken for somebody else's? Tells whose.
[[nodiscard]] std::optional<model::Conntrack>
tuple_taken(const Run& run, const model::Tuple& tuple, const Connection& own);
[[nodiscard]] std::string describe(const EntrySeen& seen);
// Records the connections that live on.
void keep_conntrack(Run& run);

} // namespace onlan::simulate
