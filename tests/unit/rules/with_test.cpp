#include <random>

#include "unit/rules/world.hpp"

// RuleSet::with() shares what a change does not touch, and answers as a fresh load does.
namespace onlan::rules {
namespace {

using Random = std::mt19937;

std::size_t below(std::size_t end, Random& random)
{
    return std::uniform_int_distribution<std::size_t>(0, end - 1)(random);
}

template <typename List>
const auto& one_of(const List& list, Random& random)
{
    return list[below(std::size(list), random)];
}

// Every rule names a port, so that packets tell the rules apart.
std::string port(Random& random)
{
    return std::to_string(50 + below(6, random));
}

std::vector<std::string> xt_rule(Random& random)
{
    constexpr std::array<const char*, 5> kTargets = {"ACCEPT", "DROP", "FIRST", "SECOND", "RETURN"};
    const std::string match = below(4, random) == 0 ? "set" : "udp";
    std::vector<std::string> words = {"-p", "udp", "-m", match};
    if (match == "set")
        words.insert(words.end(), {"--match-set", "ports", "dst"});
    else
        words.insert(words.end(), {"--dport", port(random)});
    words.insert(words.end(), {"-j", one_of(kTargets, random)});
    return words;
}

nlohmann::json nft_rule(const std::string& chain, std::uint64_t handle, Random& random)
{
    const std::array verdicts = {
        R"({"accept": null})", R"({"drop": null})", R"({"return": null})",
        R"({"jump": {"target": "own"}})",
        R"({"vmap": {"key": {"payload": {"protocol": "udp", "field": "dport"}}, "data": "@ways"}})"};
    const std::array matches = {
        R"({"match": {"op": "==", "left": {"payload": {"protocol": "udp", "field": "dport"}}, "right": PORT}})",
        R"({"match": {"op": "==", "left": {"meta": {"key": "iif"}}, "right": "eth0"}})"};
    std::string match = one_of(matches, random);
    if (const auto at = match.find("PORT"); at != std::string::npos)
        match.replace(at, 4, port(random));
    return {{"rule",
             {{"family", "inet"},
              {"table", "t"},
              {"chain", chain},
              {"handle", handle},
              {"expr",
               {nlohmann::json::parse(match), nlohmann::json::parse(one_of(verdicts, random))}}}}};
}

// Tables of all three kinds: iptables-legacy's, iptables-nft's in both listings, and nftables' own.
class ChangingHost {
public:
    explicit ChangingHost(unsigned seed) : random_(seed)
    {
        netns.links = {link(2, "eth0"), link(3, "eth1")};
        netns.ipsets = {{.name = "ports", .type = "bitmap:port", .elements = {{"53"}}}};
        for (const auto backend : {model::XtablesBackend::legacy, model::XtablesBackend::nft}) {
            model::XtablesRuleset ruleset{.backend = backend};
            for (const char* chain : {"FORWARD", "INPUT"})
                ruleset.tables["filter"][chain].edit().policy = "ACCEPT";
            for (const char* chain : {"FIRST", "SECOND"})
                ruleset.tables["filter"][chain].edit().policy = "-";
            netns.xtables.push_back(std::move(ruleset));
        }
        netns.nftables = nft_listing(R"({"nftables": [
            {"table": {"family": "ip", "name": "filter"}},
            {"chain": {"family": "ip", "table": "filter", "name": "FORWARD", "type": "filter", "hook": "forward",
                       "prio": 0, "policy": "accept"}},
            {"table": {"family": "inet", "name": "t"}},
            {"map": {"family": "inet", "table": "t", "name": "ways", "type": "inet_service", "map": "verdict",
                     "elem": [[50, {"drop": null}], [51, {"jump": {"target": "own"}}]]}},
            {"chain": {"family": "inet", "table": "t", "name": "c", "type": "filter", "hook": "forward",
                       "prio": -5, "policy": "accept"}},
            {"chain": {"family": "inet", "table": "t", "name": "own"}}]})");
        for (int at = 0; at < 30; ++at)
            change();
    }

    // One of what people and programs do to rules, and now and then to what rules refer to.
    void change()
    {
        switch (below(12, random_)) {
        case 0:
            netns.ipsets.front().elements = {{port(random_)}};
            break;
        case 1:
            std::swap(netns.links[0].index, netns.links[1].index);
            break;
        case 2:
            toggle_chain();
            break;
        case 3:
            change_map();
            break;
        case 4:
        case 5:
        case 6:
            change_nft_rule();
            break;
        default:
            change_xt_rule();
        }
    }

    model::Netns netns;

private:
    void change_xt_rule()
    {
        auto& ruleset = netns.xtables[below(2, random_)];
        constexpr std::array<const char*, 4> kChains = {"FORWARD", "INPUT", "FIRST", "SECOND"};
        const char* name = one_of(kChains, random_);
        model::XtablesChain& chain = ruleset.tables["filter"][name].edit();
        // A jump from an own chain could go round in a circle.
        std::vector<std::string> words = xt_rule(random_);
        if (chain.policy == "-")
            words.back() = "DROP";
        edit(chain.rules, model::XtablesRule{.words = std::move(words)});
        chain.policy = chain.policy == "-" ? "-" : below(2, random_) == 0 ? "ACCEPT" : "DROP";
        if (ruleset.backend == model::XtablesBackend::nft && below(4, random_) != 0)
            show_in_nft(name, chain.rules.size());
    }

    // nft prints iptables' rules too, with handles.
    void show_in_nft(const std::string& name, std::size_t rules)
    {
        auto& objects = netns.nftables.objects.edit();
        std::erase_if(objects, [&](const model::NftObject& object) {
            return object.kind() == "rule" && object.family() == "ip" && object.chain() == name;
        });
        for (std::size_t rule = 0; rule < rules; ++rule)
            objects.emplace_back(nlohmann::json{{"rule",
                                                 {{"family", "ip"},
                                                  {"table", "filter"},
                                                  {"chain", name},
                                                  {"handle", ++handle_},
                                                  {"expr", nlohmann::json::array()}}}});
    }

    void change_nft_rule()
    {
        const bool own = below(3, random_) == 0;
        nlohmann::json rule = nft_rule(own ? "own" : "c", ++handle_, random_);
        if (own)
            rule["rule"]["expr"][1] = {{"drop", nullptr}};
        auto& objects = netns.nftables.objects.edit();
        // What nft lists of a table stands behind its declarations.
        std::vector<model::NftObject> rules;
        std::erase_if(objects, [&](const model::NftObject& object) {
            const bool is = object.kind() == "rule" && object.table() == "t";
            if (is)
                rules.push_back(object);
            return is;
        });
        edit(rules, model::NftObject(std::move(rule)));
        objects.insert(objects.end(), rules.begin(), rules.end());
    }

    void change_map()
    {
        auto& objects = netns.nftables.objects.edit();
        const auto map = std::ranges::find(objects, "map", &model::NftObject::kind);
        nlohmann::json element = map->element();
        element["map"]["elem"][0][0] = 50 + below(6, random_);
        *map = model::NftObject(std::move(element));
    }

    // A chain that nothing jumps to comes or goes, and moves the places of others.
    void toggle_chain()
    {
        auto& table = netns.xtables[below(2, random_)].tables["filter"];
        if (table.erase("AAA") == 0)
            table["AAA"].edit().policy = "-";
    }

    // Inserts, removes or replaces.
    template <typename Rule>
    void edit(std::vector<Rule>& rules, Rule rule)
    {
        const auto at =
            rules.begin() + static_cast<std::ptrdiff_t>(below(rules.size() + 1, random_));
        if (at == rules.end() || below(3, random_) == 0)
            rules.insert(at, std::move(rule));
        else if (below(2, random_) == 0)
            rules.erase(at);
        else
            *at = std::move(rule);
    }

    Random random_;
    std::uint64_t handle_ = 100;
};

std::vector<RuleRef> refs(const std::vector<const RuleRef*>& path)
{
    std::vector<RuleRef> all;
    for (const RuleRef* ref : path)
        all.push_back(*ref);
    return all;
}

void expect_same(const RuleSet& one, const RuleSet& other)
{
    EXPECT_EQ(one.size(), other.size());
    EXPECT_EQ(one.unknown(), other.unknown());
    EXPECT_EQ(one.needs_conntrack(net::Family::ipv4), other.needs_conntrack(net::Family::ipv4));
    ASSERT_EQ(one.base_chains().size(), other.base_chains().size());
    const FakeSurroundings surroundings;
    Packet packet;
    for (std::size_t at = 0; at < one.base_chains().size(); ++at) {
        const BaseChain& chain = one.base_chains()[at];
        const BaseChain& twin = other.base_chains()[at];
        EXPECT_EQ(chain.policy, twin.policy);
        EXPECT_EQ(chain.hook, twin.hook);
        EXPECT_EQ(chain.priority, twin.priority);
        EXPECT_EQ(chain.index, twin.index);
        for (packet.view.destination_port = 50; packet.view.destination_port < 56;
             ++packet.view.destination_port) {
            const auto ways = one.evaluate(chain, packet.view, surroundings);
            const auto twins = other.evaluate(twin, packet.view, surroundings);
            ASSERT_EQ(ways.size(), twins.size());
            for (std::size_t way = 0; way < ways.size(); ++way) {
                EXPECT_EQ(ways[way].verdict, twins[way].verdict);
                EXPECT_EQ(*ways[way].because, *twins[way].because);
                EXPECT_EQ(refs(ways[way].path), refs(twins[way].path));
                EXPECT_EQ(ways[way].assumptions, twins[way].assumptions);
                EXPECT_EQ(ways[way].rules_seen, twins[way].rules_seen);
            }
        }
    }
}

TEST(RuleSetWith, AnswersAsAFreshLoadDoes)
{
    for (unsigned seed = 0; seed < 20; ++seed) {
        SCOPED_TRACE(seed);
        ChangingHost host(seed);
        RuleSet rules = loaded(host.netns);
        for (int at = 0; at < 30 && !testing::Test::HasFailure(); ++at) {
            host.change();
            auto changed = rules.with(host.netns);
            ASSERT_TRUE(changed) << changed.error().message;
            expect_same(*changed, loaded(host.netns));
            rules = *std::move(changed);
        }
    }
}

// Where the rule that decides stands in memory tells whether its chain was compiled again.
const RuleRef* decided_by(const RuleSet& rules)
{
    return rules.evaluate(rules.base_chains().front(), Packet().view, FakeSurroundings())
        .front()
        .because;
}

TEST(RuleSetWith, AChainWhoseRulesStayedIsShared)
{
    model::Netns host = host_with(iptables_save("*filter\n:FORWARD ACCEPT\n:OWN -\n"
                                                "-A FORWARD -p udp -j OWN\n-A OWN -j DROP\n"));
    const RuleSet rules = loaded(host);
    model::Netns changed = host;
    auto& forward = changed.xtables.front().tables["filter"]["FORWARD"].edit();
    forward.rules.insert(forward.rules.begin(), {.words = {"-i", "eth9", "-j", "ACCEPT"}});
    const auto with = rules.with(changed);
    ASSERT_TRUE(with) << with.error().message;
    EXPECT_EQ(decided_by(*with), decided_by(rules));
    EXPECT_EQ(with->size(), 3U);

    changed.xtables.front().tables["filter"]["OWN"].edit().rules.front().words = {"-j", "ACCEPT"};
    const auto again = with->with(changed);
    ASSERT_TRUE(again) << again.error().message;
    EXPECT_NE(decided_by(*again), decided_by(rules));
}

TEST(RuleSetWith, WhatIsSharedOutlivesWhereItCameFrom)
{
    const model::Netns host = forward_chain("-j DROP");
    std::optional<RuleSet> rules = loaded(host);
    const auto with = rules->with(host);
    ASSERT_TRUE(with) << with.error().message;
    rules.reset();
    EXPECT_EQ(decided_by(*with)->text, "-A FORWARD -j DROP");
}

TEST(RuleSetWith, AnErrorLeavesTheRulesAsTheyWere)
{
    const model::Netns host = forward_chain("-j DROP");
    const RuleSet rules = loaded(host);
    model::Netns changed = host;
    changed.nftables = nft_listing(R"({"nftables": [{"table": {"family": "ip", "name": "t"}},
        {"chain": {"family": "ip", "table": "t", "name": "c", "hook": "nowhere"}}]})");
    EXPECT_FALSE(rules.with(changed));
    EXPECT_EQ(decided_by(rules)->text, "-A FORWARD -j DROP");
}

} // namespace
} // namespace onlan::rules
