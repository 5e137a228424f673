#include "net/protocols.hpp"
#include "rules/nft/expression.hpp"

namespace onlan::rules::nft {

// IPv6 extension headers, IP options, TCP options and SCTP chunks. Packets of ours have none of the
// first two beyond what a fragment needs; the options of TCP are not modelled.
Result<Operand> extension_header(const std::string& name, const Json& json)
{
    const bool asks_presence = find_member(json, "field") == nullptr;
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

} // namespace onlan::rules::nft
