#include <fmt/format.h>

#include "rules/machine/reading.hpp"
#include "rules/xt/matches.hpp"
#include "rules/xt/words.hpp"

namespace onlan::rules::xt::matches {
namespace {

constexpr std::uint64_t kLastPort = 0xFFFF;
constexpr std::uint64_t kAllTcpFlags = 0x3F;

struct Ports {
    Field source = Field::th_sport;
    Field destination = Field::th_dport;
};

Result<> add_port(Field field, const Option& option, Draft& draft)
{
    ONLAN_TRY(const Interval ports, range_of(option.word(), ':', kLastPort, services()));
    draft.add_field(field, ports, option.inverted);
    return {};
}

Result<std::uint64_t> flags_of(std::string_view text)
{
    if (text == "ALL")
        return kAllTcpFlags;
    std::uint64_t flags = 0;
    if (text == "NONE")
        return flags;
    for (std::string& name : split(text, ',')) {
        for (char& letter : name)
            letter = static_cast<char>(letter | 0x20);
        ONLAN_TRY(const std::uint64_t flag, number_of(name, tcp_flags()));
        flags |= flag;
    }
    return flags;
}

Result<> add_tcp_flags(const Option& option, Draft& draft)
{
    // --syn stands for SYN without RST, ACK and FIN.
    const bool syn = option.name == "--syn";
    if (!syn && option.words.size() != 2)
        return not_understood("--tcp-flags needs a mask and flags");
    ONLAN_TRY(const std::uint64_t mask, flags_of(syn ? "FIN,SYN,RST,ACK" : option.words[0]));
    ONLAN_TRY(const std::uint64_t flags, flags_of(syn ? "SYN" : option.words[1]));
    draft.add_comparison(
        {.left = {.source = Field::tcp_flags,
                  .operations = {{.kind = Operation::Kind::bit_and, .operand = Value::of(mask)}}},
         .right = {Interval::point(Value::of(flags))},
         .negated = option.inverted});
    return {};
}

// What the model does not have of a TCP, SCTP or DCCP header.
void add_unknown_part(const Option& option, Draft& draft)
{
    draft.add(OtherStep(Maybe{.yes = fmt::format("the packet matches {}", option.name),
                              .no = fmt::format("the packet does not match {}", option.name)}));
}

// multiport_mt(), net/netfilter/xt_multiport.c
Result<> add_some_ports(const Option& option, Draft& draft)
{
    Intervals ports;
    for (const std::string& one : split(option.word(), ',')) {
        ONLAN_TRY(const Interval range, range_of(one, ':', kLastPort, services()));
        ports.push_back(range);
    }
    ports = merged(std::move(ports));
    if (option.name == "--ports" || option.name == "--port") {
        const auto either = [&](Field field) {
            return std::vector<CompareExpression>{{.left = {.source = field}, .right = ports}};
        };
        draft.add_field(Field::th_dport, {.first = {}, .last = kAllOnes}); // there are ports
        draft.add(OtherStep(AnyWay{.ways = {either(Field::th_sport), either(Field::th_dport)},
                                   .negated = option.inverted}));
        return {};
    }
    const bool source = option.name == "--sports" || option.name == "--source-ports";
    draft.add_comparison({.left = {.source = source ? Field::th_sport : Field::th_dport},
                          .right = std::move(ports),
                          .negated = option.inverted});
    return {};
}

Result<> add_multiport(const Extension& match, const Scope& /*scope*/, Draft& draft)
{
    for (const Option& option : match.options)
        ONLAN_CHECK(add_some_ports(option, draft));
    return {};
}

// tcp_mt(), udp_mt()…: a later fragment has no ports, whatever is asked.
Result<> add_header(const Extension& match, const Ports& ports, Draft& draft)
{
    for (const Option& option : match.options) {
        if (option.name == "--sport" || option.name == "--source-port") {
            ONLAN_CHECK(add_port(ports.source, option, draft));
        } else if (option.name == "--dport" || option.name == "--destination-port") {
            ONLAN_CHECK(add_port(ports.destination, option, draft));
        } else if (option.name == "--tcp-flags" || option.name == "--syn") {
            ONLAN_CHECK(add_tcp_flags(option, draft));
        } else {
            add_unknown_part(option, draft);
        }
    }
    return {};
}

template <Field source, Field destination>
Result<> add_protocol(const Extension& match, const Scope& /*scope*/, Draft& draft)
{
    return add_header(match, {.source = source, .destination = destination}, draft);
}

} // namespace

std::span<const ExtensionKind> transport()
{
    static constexpr auto kRows = std::to_array<ExtensionKind>({
        {"multiport", add_multiport},
        {"tcp", add_protocol<Field::tcp_sport, Field::tcp_dport>},
        {"udp", add_protocol<Field::udp_sport, Field::udp_dport>},
        {"udplite", add_protocol<Field::udplite_sport, Field::udplite_dport>},
        {"sctp", add_protocol<Field::sctp_sport, Field::sctp_dport>},
        {"dccp", add_protocol<Field::dccp_sport, Field::dccp_dport>},
    });
    return kRows;
}

} // namespace onlan::rules::xt::matches
