#pragma once

#include <vector>

#include "model/trace.hpp"

namespace onlan::simulate {

// The phases of a packet that a reader has to know to understand phase `last`, in their order:
// where it was translated, left untracked or sent another way, and `last` itself.
[[nodiscard]] std::vector<model::CauseLink> chain_to(const model::TracedPacket& packet,
                                                     const model::Step& last);

// How an answer came to a source port that its receiver does not know: what conntrack made of the
// packets before it, `moved` (the null binding) and where it ended.
[[nodiscard]] std::vector<model::CauseLink> chain_of_clash(const model::Explanation& explanation,
                                                           const model::TracedPacket& packet,
                                                           const model::Step& moved);

// "5000"; "a random one of 1024-65535" in place of a port that the kernel draws.
[[nodiscard]] std::string port_text(const model::PortRange& port);
// "br-lan137 in host"
[[nodiscard]] std::string place_text(const model::Step& step);

} // namespace onlan::simulate
