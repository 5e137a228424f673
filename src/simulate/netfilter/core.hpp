#pragma once

#include <limits>

#include "rules/rule_set.hpp"
#include "simulate/run/run.hpp"

namespace onlan::simulate {

struct HookCall {
    rules::HookFamily family = rules::HookFamily::ipv4;
    rules::Hook hook = rules::Hook::prerouting;
    const Device* in = nullptr; // as the hook hands it to its rules; null: none
    const Device* out = nullptr;
    const Device* at = nullptr; // where the packet is, for the record

    [[nodiscard]] const Namespace& netns() const { return *at->netns; }
};
// Which part of a hook list to run: from the lower priority to the higher, both included.
struct Priorities {
    int first = std::numeric_limits<int>::min();
    int last = std::numeric_limits<int>::max();
};
// nf_hook_slow(). False: the packet ends here.
[[nodiscard]] bool
pass_hook(Run& run, Packet& packet, const HookCall& call, Priorities priorities = {});
[[nodiscard]] rules::HookFamily hook_family(const Packet& packet);
// Where the chains of a hook are asked, and those of its NAT hook.
[[nodiscard]] Place filter_place(const HookCall& call);
[[nodiscard]] Place nat_place(const HookCall& call);
// Asks one base chain, forking where it has several answers, and applies what it did to the packet.
[[nodiscard]] rules::ChainOutcome
ask_chain(Run& run, Packet& packet, const HookCall& call, const rules::BaseChain& chain);

} // namespace onlan::simulate
