#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/result.hpp"
#include "rules/packet_view.hpp"

namespace onlan::model {
struct Netns;
}

namespace onlan::rules {

// The list of hooks that a chain is registered in; a chain of the inet family stands in two.
enum class HookFamily : std::uint8_t { ipv4, ipv6, arp, bridge, netdev };
enum class Hook : std::uint8_t { ingress, prerouting, input, forward, output, postrouting, egress };
enum class ChainType : std::uint8_t { filter, nat, route };

// What the conditions of a rule are about: it tells what the rule is there for.
struct Asked {
    bool in = false;    // the device that the packet came in by
    bool out = false;   // the one that it leaves by
    bool finer = false; // anything beside devices, addresses and the state of the connection

    friend bool operator==(const Asked&, const Asked&) = default;
};

// Where something is decided by a rule, a policy or a set.
struct RuleRef {
    std::string program; // "nft", "iptables-nft", "ip6tables-legacy"…: whose words `text` is in
    std::string table;   // "ip nat"; iptables: "nat"
    std::string chain;
    std::uint64_t handle = 0; // nftables' and iptables-nft's; 0: none
    unsigned number = 0;      // place in its chain, from 1; 0: the chain's policy
    std::string text;
    Asked asked = {};

    friend bool operator==(const RuleRef&, const RuleRef&) = default;
};

// What is asked of the NAT engine (struct nf_nat_range2); it does the rest (get_unique_tuple()).
enum class NatKind : std::uint8_t {
    source,
    destination,
    masquerade,
    redirect,
    netmap_source,
    netmap_destination
};
struct Nat {
    NatKind kind = NatKind::source;
    std::optional<net::IpAddress> first_address; // absent: the packet's own
    std::optional<net::IpAddress> last_address;
    std::optional<std::uint16_t> first_port; // absent: the packet's own if it is free
    std::optional<std::uint16_t> last_port;
    bool random = false; // or fully-random
    bool persistent = false;

    friend bool operator==(const Nat&, const Nat&) = default;
};

// enum nft_reject_types and ipt_reject_with
enum class RejectKind : std::uint8_t { icmp, tcp_reset };
struct Reject {
    RejectKind kind = RejectKind::icmp;
    std::uint8_t type = 3;
    std::uint8_t code = 3;

    friend bool operator==(const Reject&, const Reject&) = default;
};

// ICMP_DEST_UNREACH and ICMPV6_DEST_UNREACH.
[[nodiscard]] constexpr Reject icmp_unreachable(std::uint32_t code)
{
    return {.type = 3, .code = static_cast<std::uint8_t>(code)};
}
[[nodiscard]] constexpr Reject icmpv6_unreachable(std::uint32_t code)
{
    return {.type = 1, .code = static_cast<std::uint8_t>(code)};
}

struct Tproxy {
    std::optional<net::IpAddress> address;
    std::uint16_t port = 0;

    friend bool operator==(const Tproxy&, const Tproxy&) = default;
};

enum class Verdict : std::uint8_t { accept, drop, queue };

// One way in which a base chain can treat a packet.
struct ChainOutcome {
    Verdict verdict = Verdict::accept;
    std::optional<Nat> nat;       // verdict accept, chain of type nat
    std::optional<Reject> reject; // verdict drop, and this is sent back
    std::optional<Tproxy> tproxy;
    const RuleRef* notrack = nullptr; // the rule that leaves it untracked; null: none does
    std::optional<CtZone> zone;
    bool broute = false; // bridge: leave the bridge (ebtables broute)
    PacketView packet;   // as the chain leaves it: marks, ttl, priority, MACs
    // Of the rule set, and only as long as it lives.
    std::vector<const RuleRef*> path; // the rules that matched, in order, jumps included
    const RuleRef* because = nullptr; // what decided
    std::vector<std::string>
        assumptions; // what had to be guessed: "limit of rule … is not exceeded"
    std::vector<const RuleRef*> not_understood; // rules that some of it was guessed of
    // How many rules were looked at to find this way and those beside it.
    std::size_t rules_seen = 0;
};

// What rules may ask of a socket.
struct SocketView {
    std::optional<bool> transparent; // IP_TRANSPARENT; absent: not told
    bool wildcard = false;           // it listens on every address
    std::uint32_t mark = 0;
};

// Questions of rules that the packet does not answer.
class Surroundings {
public:
    Surroundings() = default;
    Surroundings(const Surroundings&) = delete;
    Surroundings& operator=(const Surroundings&) = delete;
    virtual ~Surroundings() = default;

    // RTN_* by the local table (inet_addr_type()); with `link` only what is configured there.
    [[nodiscard]] virtual std::uint8_t address_type(const net::IpAddress& address,
                                                    const model::Link* link) const = 0;
    // The device by which an answer to `source` would leave (nft_fib4_eval()); null: none.
    [[nodiscard]] virtual const model::Link* reverse_device(const PacketView& packet,
                                                            bool use_mark) const = 0;
    // Who is connected, else who listens: where the packet goes to (nf_sk_lookup_slow_v4(),
    // nf_sk_lookup_slow_v6()), or where TPROXY sends it (tproxy_tg4(), nft_tproxy_eval_v4()).
    [[nodiscard]] virtual std::optional<SocketView> socket_of(const PacketView& packet,
                                                              const Tproxy* to) const = 0;
};

// A base chain, or a table of iptables at one hook, as it stands in a hook list.
struct BaseChain {
    HookFamily family = HookFamily::ipv4;
    Hook hook = Hook::prerouting;
    ChainType type = ChainType::filter;
    int priority = 0;
    std::vector<std::string> devices; // netdev family: of these devices only
    RuleRef policy;
    std::size_t index = 0; // into the rule set
};

// All netfilter rules of one namespace, ready to be asked. Both backends of iptables and native
// nftables, with it ebtables-nft and arptables-nft, stand side by side, as they do in the kernel.
class RuleSet {
public:
    // What nft's JSON should not say is an error with its place; a rule that we do not know, but
    // the kernel may, becomes an assumption of the outcomes that hang on it.
    [[nodiscard]] static Result<RuleSet> load(const model::Netns& netns);

    // The rules of the same namespace after a change. Chains whose rules stayed are not compiled
    // again but shared, whichever of the two sets goes first.
    [[nodiscard]] Result<RuleSet> with(const model::Netns& changed) const;

    RuleSet(RuleSet&&) noexcept;
    RuleSet& operator=(RuleSet&&) noexcept;
    RuleSet(const RuleSet&) = delete;
    RuleSet& operator=(const RuleSet&) = delete;
    ~RuleSet();

    // In the order in which the kernel calls them: by priority; of equal ones the last registered
    // first (nf_hook_entries_grow()). Registration order is not visible in a rule dump: the order
    // of the dump is taken for it.
    [[nodiscard]] const std::vector<BaseChain>& base_chains() const;

    // Usually one outcome. More where it hangs on something that the model does not know: then each
    // that is possible, with the assumption it rests on.
    [[nodiscard]] std::vector<ChainOutcome> evaluate(const BaseChain& chain,
                                                     const PacketView& packet,
                                                     const Surroundings& surroundings) const;

    // Is there a rule that makes the kernel register its conntrack hooks (nf_ct_netns_get())?
    [[nodiscard]] bool needs_conntrack(net::Family family) const;
    // How many rules were read, and those (as text) of which something is not understood.
    [[nodiscard]] std::size_t size() const;
    [[nodiscard]] std::vector<RuleRef> unknown() const;

private:
    struct Rules;
    class Loader;
    explicit RuleSet(std::unique_ptr<const Rules> rules);
    std::unique_ptr<const Rules> rules_;
};

} // namespace onlan::rules
