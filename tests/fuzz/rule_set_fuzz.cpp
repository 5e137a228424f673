#include <cstdint>
#include <sstream>
#include <string>

#include <nlohmann/json.hpp>

#include "model/netns.hpp"
#include "rules/rule_set.hpp"

namespace {

using namespace onlan;

class Nowhere final : public rules::Surroundings {
public:
    [[nodiscard]] std::uint8_t address_type(const net::IpAddress& /*address*/,
                                            const model::Link* /*link*/) const override
    {
        return 1;
    }
    [[nodiscard]] const model::Link* reverse_device(const rules::PacketView& /*packet*/,
                                                    bool /*use_mark*/) const override
    {
        return nullptr;
    }
    [[nodiscard]] std::optional<rules::SocketView>
    socket_of(const rules::PacketView& /*packet*/, const rules::Tproxy* /*to*/) const override
    {
        return {};
    }
};

// A line for each rule of one chain, its words between blanks.
model::XtablesRuleset rules_of(const std::string& text)
{
    model::XtablesRuleset ruleset{.backend = model::XtablesBackend::legacy};
    auto& chain = ruleset.tables["nat"]["PREROUTING"].edit();
    chain.policy = "ACCEPT";
    ruleset.tables["nat"]["OWN"].edit().policy = "-";
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        std::istringstream stream(line);
        std::vector<std::string> words;
        for (std::string word; stream >> word;)
            words.push_back(word);
        chain.rules.push_back({std::move(words)});
    }
    return ruleset;
}

} // namespace

// The first byte says which language follows.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    if (size == 0)
        return 0;
    const std::string text(reinterpret_cast<const char*>(data) + 1, size - 1);
    model::Netns host;
    if (data[0] == 'x') {
        host.xtables.push_back(rules_of(text));
        host.ipsets = {{.name = "s", .type = "hash:net,port", .elements = {{"10.0.0.0/8,udp:53"}}}};
    } else {
        nlohmann::json listing = nlohmann::json::parse(text, nullptr, false);
        if (listing.is_discarded())
            return 0;
        auto objects = model::NftListing::from(std::move(listing));
        if (!objects)
            return 0;
        host.nftables = *std::move(objects);
    }
    const auto rules = rules::RuleSet::load(host);
    if (!rules) {
        if (rules.error().message.empty())
            __builtin_trap();
        return 0;
    }
    const Nowhere nowhere;
    const rules::PacketView packet{.source = net::IpAddress::parse("10.0.0.1").value(),
                                   .destination = net::IpAddress::parse("10.0.0.2").value(),
                                   .protocol = 17};
    for (const rules::BaseChain& chain : rules->base_chains()) {
        if (rules->evaluate(chain, packet, nowhere).empty())
            __builtin_trap();
    }
    return 0;
}
