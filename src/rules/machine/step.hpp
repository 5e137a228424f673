#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "rules/machine/element_set.hpp"
#include "rules/machine/expression.hpp"
#include "rules/rule_set.hpp"

// What a rule of either language comes down to: steps, done in order until one does not hold.
namespace onlan::rules {

// Conditions.

// A field within an interval: what most rules consist of, and therefore the smallest of them.
struct Compare {
    Field field = Field::unknown;
    bool negated = false;
    bool without = false; // the answer if the packet has no such field
    Interval range;
};

struct CompareExpression {
    Expression left;
    Intervals right; // as merged() leaves them
    bool negated = false;
    bool without = false;
};

// A key in any of some sets.
struct Contains {
    struct Member {
        std::vector<Expression> key;
        std::shared_ptr<const ElementSet> set;
    };
    std::vector<Member> any;
    bool negated = false;
    // nftables ends the rule where a packet has no such key; ipset says that it is in no set.
    bool breaks = true;
};

// Any of several ways to hold, each of which may consist of several comparisons.
struct AnyWay {
    std::vector<std::vector<CompareExpression>> ways;
    bool negated = false;
};

// xt_physdev
struct Physdev {
    enum class Asked : std::uint8_t { no, yes, inverted };
    Asked in = Asked::no;
    Asked out = Asked::no;
    Asked is_in = Asked::no;
    Asked is_out = Asked::no;
    Asked is_bridged = Asked::no;
    Interval in_name;
    Interval out_name;
};

// xt_addrtype
struct AddressType {
    bool of_source = false;
    bool negated = false;
    std::uint32_t types = 0; // 1 << RTN_*
    Fib::Device device = Fib::Device::none;
};

// xt_rpfilter
struct ReversePath {
    bool loose = false;
    bool by_mark = false;
    bool inverted = false;
};

// What no model can know: the reasons of both answers, for the reader.
struct Maybe {
    std::string yes;
    std::string no;
    bool understood = true; // false: the rule says what we do not know
};

// What packets before this one decide, such as a limit. It is taken as the first packet finds it,
// and said.
struct Presumed {
    bool holds = true;
    std::string why;                // "the limit is not exceeded"
    std::optional<Contains> unless; // the flow itself has seen to the opposite
};

// Actions.

enum class Target : std::uint8_t {
    mark,
    priority,
    pkttype,
    ct_mark,
    zone,
    zone_original,
    zone_reply,
    ttl,
    tos,
    source,
    destination,
    source_port,
    destination_port,
    source_mac,
    destination_mac,
    mss, // never raised
    broute
};

// target = (target & keep) ^ value
struct Assign {
    Target target = Target::mark;
    Value keep;
    Expression value;
};

struct Notrack {};

// nft_dynset, xt_SET and xt_recent: packets that follow find the element, or find it gone.
struct UpdateSet {
    std::vector<Expression> key;
    std::vector<Expression> data; // of a map
    std::shared_ptr<const ElementSet> set;
    bool present = true; // afterwards
};

// Decision (element_set.hpp) is an action too.
struct DecideByMap {
    std::vector<Expression> key;
    std::shared_ptr<const ElementSet> map;
};

struct Translate {
    NatKind kind = NatKind::source;
    bool by_hook = false;              // NETMAP: source or destination, as the hook is
    std::optional<net::Family> family; // of a table of both: only its packets are translated
    std::optional<Expression> first_address;
    std::optional<Expression> last_address; // absent: the first
    std::optional<Expression> first_port;
    std::optional<Expression> last_port;
    bool random = false;
    bool persistent = false;
};

struct RejectPacket {
    std::optional<Reject> ipv4;
    std::optional<Reject> ipv6;
};

struct DivertToSocket {
    std::optional<Expression> address;
    std::optional<Expression> port;
    bool accepts = false; // x_tables' target accepts, nftables' statement goes on
    Value mark_keep = kAllOnes;
    Value mark_value;
};

struct Enqueue {};

// An action that the model does not follow; it is left out, and the outcome says so.
struct Ignored {
    std::string what;
};

// An action that we do not know: the packet may go on, be accepted or be dropped.
struct Unknown {
    std::string why;
};

using OtherStep = std::variant<CompareExpression,
                               Contains,
                               AnyWay,
                               Physdev,
                               AddressType,
                               ReversePath,
                               Maybe,
                               Presumed,
                               Assign,
                               Notrack,
                               UpdateSet,
                               DecideByMap,
                               Translate,
                               RejectPacket,
                               DivertToSocket,
                               Enqueue,
                               Ignored,
                               Unknown>;

} // namespace onlan::rules
