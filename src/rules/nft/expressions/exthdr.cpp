#include <fmt/format.h>

#include "net/protocols.hpp"
#include "rules/nft/expression.hpp"

namespace onlan::rules::nft::expressions {
namespace {

// IPv6 extension headers, IP options, TCP options and SCTP chunks. Packets of ours have none of the
// first two beyond what a fragment needs; of the options of TCP only the MSS is modelled.
Result<Operand> read_exthdr(const std::string& name, const Json& json, const Scope& /*scope*/)
{
    const bool asks_presence = find_member(json, "field") == nullptr;
    if (name == "tcp option" && optional_text(json, "name") == "maxseg")
        return asks_presence ? Operand::untold() : Operand::of(Field::tcp_maxseg);
    if (name == "tcp option" || name == "sctp chunk") {
        Operand operand{.parts = {Expression{.source = Field::unknown}},
                        .types = {asks_presence ? Datatype::boolean : Datatype::other}};
        const Value protocol = Value::of(name == "tcp option" ? net::kTcp : net::kSctp);
        operand.needs.push_back(
            {.left = {.source = Field::l4proto}, .right = {Interval::point(protocol)}});
        return operand;
    }
    if (!asks_presence)
        return Operand{.parts = {Expression{.source = Field::none}}, .types = {Datatype::integer}};
    if (optional_text(json, "name") == "frag")
        return Operand{.parts = {Expression{.source = Field::later_fragment}},
                       .types = {Datatype::boolean}};
    return Operand{.parts = {Expression{.source = Value{}}}, .types = {Datatype::boolean}};
}

std::string exthdr_words(const std::string& name, const Json& header)
{
    const std::string field = words_of(header, "field");
    return fmt::format("{} {} {}", name, words_of(header, "name"),
                       field.empty() ? "exists" : field);
}

} // namespace

std::span<const ExpressionKind> exthdr()
{
    static constexpr auto kRows = std::to_array<ExpressionKind>({
        {"exthdr", read_exthdr, exthdr_words},
        {"ip option", read_exthdr, exthdr_words},
        {"tcp option", read_exthdr, exthdr_words},
        {"sctp chunk", read_exthdr, exthdr_words},
        {"dccp option", read_exthdr, exthdr_words},
    });
    return kRows;
}

} // namespace onlan::rules::nft::expressions
