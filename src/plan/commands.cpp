#include <algorithm>

#include <fmt/format.h>

#include "plan/describe.hpp"
#include "plan/ip_words.hpp"

namespace onlan::plan {
namespace {

using Commands = std::vector<std::string>;

constexpr std::string_view kPlain =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_./:=@,+";

std::string quoted(const std::string& word)
{
    if (!word.empty() && word.find_first_not_of(kPlain) == std::string::npos)
        return word;
    std::string text = "'";
    for (const char c : word)
        text += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return text + "'";
}

std::string line(const Argv& words)
{
    std::string text;
    for (const std::string& word : words)
        text += (text.empty() ? "" : " ") + quoted(word);
    return text;
}

std::string ip_line(std::initializer_list<std::string> start, const Argv& more)
{
    Argv words = {"ip"};
    append(words, start);
    words.insert(words.end(), more.begin(), more.end());
    return line(words);
}

std::string add_address(const std::string& link, const model::Address& address)
{
    return ip_line({"address", "add"}, address_words(link, address));
}

std::string delete_address(const std::string& link, const model::Address& address)
{
    return ip_line({"address", "del"}, address_key_words(link, address));
}

std::string family_flag(net::Family family)
{
    return family == net::Family::ipv4 ? "-4" : "-6";
}

Result<Commands>
route_command(const std::string& verb, const std::string& link, const model::Route& route)
{
    ONLAN_TRY(const Argv words, route_words(link, route));
    return Commands{ip_line({family_flag(route.destination.family()), "route", verb}, words)};
}

// The new one first: there is never a moment without the rule.
Result<Commands> replace_rule(const model::Rule& before, const model::Rule& after)
{
    ONLAN_TRY(const Argv old_words, rule_words(before));
    ONLAN_TRY(const Argv new_words, rule_words(after));
    const std::string family = family_flag(after.family);
    return Commands{ip_line({family, "rule", "add"}, new_words),
                    ip_line({family, "rule", "del"}, old_words)};
}

std::string xtables_command(const char* flag, const InsertXtablesRule& change)
{
    Argv words = {model::xtables_program(change.backend, change.family), "-t", change.table, flag,
                  change.chain};
    words.insert(words.end(), change.rule.begin(), change.rule.end());
    return line(words);
}

struct MadeCommands {
    Result<Commands> operator()(const CreateBridge& c) const
    {
        Argv words = {"ip", "link", "add", c.name, "mtu", std::to_string(c.mtu)};
        if (c.mac)
            append(words, {"address", c.mac->to_string()});
        append(words, {"type", "bridge", "stp_state", "0", "forward_delay", "0"});
        return Commands{line(words), line({"ip", "link", "set", c.name, "alias", c.alias})};
    }
    Result<Commands> operator()(const AdoptBridge& c) const
    {
        return Commands{line({"ip", "link", "set", c.name, "alias", c.alias})};
    }
    Result<Commands> operator()(const CreateVeth& c) const
    {
        const std::string mtu = std::to_string(c.mtu);
        return Commands{line({"ip", "link", "add", c.name, "mtu", mtu, "address", c.mac.to_string(),
                              "type", "veth", "peer", "name", c.peer, "mtu", mtu}),
                        line({"ip", "link", "set", c.name, "alias", c.alias}),
                        line({"ip", "link", "set", c.peer, "alias", c.alias})};
    }
    Result<Commands> operator()(const SetMaster& c) const
    {
        return Commands{line({"ip", "link", "set", c.link, "master", c.master})};
    }
    Result<Commands> operator()(const SetUp& c) const
    {
        return Commands{line({"ip", "link", "set", c.link, "up"})};
    }
    Result<Commands> operator()(const SetMtu& c) const
    {
        return Commands{line({"ip", "link", "set", c.link, "mtu", std::to_string(c.mtu)})};
    }
    Result<Commands> operator()(const StartStp& c) const
    {
        return Commands{line({"ip", "link", "set", c.bridge, "type", "bridge", "stp_state", "1"})};
    }
    Result<Commands> operator()(const SetSysctl& c) const
    {
        return Commands{line({"sysctl", "-w", fmt::format("{}={}", c.name, c.value)})};
    }
    Result<Commands> operator()(const AddAddress& c) const
    {
        return Commands{add_address(c.link, c.address)};
    }
    Result<Commands> operator()(const RemoveAddress& c) const
    {
        return Commands{delete_address(c.link, c.address)};
    }
    Result<Commands> operator()(const AddRoute& c) const
    {
        return route_command("append", c.link, c.route);
    }
    Result<Commands> operator()(const RemoveRoute& c) const
    {
        return route_command("del", c.link, c.route);
    }
    Result<Commands> operator()(const ReplaceRule& c) const
    {
        return replace_rule(c.before, c.after);
    }
    Result<Commands> operator()(const AddNotrack& c) const
    {
        return Commands{
            "nft 'add table inet onlan'",
            "nft 'add chain inet onlan prerouting { type filter hook prerouting priority -300; "
            "}'",
            line({"nft",
                  fmt::format(R"(add rule inet onlan prerouting iifname "{}" notrack comment "{}")",
                              c.bridge, c.comment)})};
    }
    Result<Commands> operator()(const InsertXtablesRule& c) const
    {
        return Commands{xtables_command("-I", c)};
    }
    Result<Commands> operator()(const CreateDockerNetwork& c) const
    {
        const model::DockerNetwork& network = c.network;
        Argv words = {"docker", "network", "create", "--driver", network.driver};
        if (network.ipv6)
            words.emplace_back("--ipv6");
        for (const model::DockerSubnet& subnet : network.subnets) {
            append(words, {"--subnet", subnet.subnet.to_string()});
            if (subnet.gateway)
                append(words, {"--gateway", subnet.gateway->to_string()});
            if (subnet.range)
                append(words, {"--ip-range", subnet.range->to_string()});
            for (const auto& [name, address] : subnet.reserved)
                append(words, {"--aux-address", fmt::format("{}={}", name, address.to_string())});
        }
        for (const auto& [name, value] : network.options)
            append(words, {"--opt", fmt::format("{}={}", name, value)});
        for (const auto& [name, value] : network.labels)
            append(words, {"--label", fmt::format("{}={}", name, value)});
        words.push_back(network.name);
        return Commands{line(words)};
    }
};

struct UndoneCommands {
    Result<Commands> operator()(const CreateBridge& c) const
    {
        return Commands{line({"ip", "link", "del", c.name})};
    }
    Result<Commands> operator()(const AdoptBridge& c) const
    {
        return Commands{line({"ip", "link", "delete", c.name})};
    }
    Result<Commands> operator()(const CreateVeth& c) const
    {
        return Commands{line({"ip", "link", "del", c.name})};
    }
    Result<Commands> operator()(const SetMaster& c) const
    {
        return Commands{line({"ip", "link", "set", c.link, "nomaster"})};
    }
    Result<Commands> operator()(const SetMtu& c) const
    {
        return Commands{line({"ip", "link", "set", c.link, "mtu", std::to_string(c.previous)})};
    }
    Result<Commands> operator()(const StartStp& c) const
    {
        return Commands{line({"ip", "link", "set", c.bridge, "type", "bridge", "stp_state", "0"})};
    }
    Result<Commands> operator()(const SetUp& c) const
    {
        return Commands{line({"ip", "link", "set", c.link, "down"})};
    }
    Result<Commands> operator()(const SetSysctl& c) const
    {
        return Commands{line({"sysctl", "-w", fmt::format("{}={}", c.name, c.previous)})};
    }
    Result<Commands> operator()(const AddAddress& c) const
    {
        return Commands{delete_address(c.link, c.address)};
    }
    Result<Commands> operator()(const RemoveAddress& c) const
    {
        return Commands{add_address(c.link, c.address)};
    }
    Result<Commands> operator()(const AddRoute& c) const
    {
        return route_command("del", c.link, c.route);
    }
    Result<Commands> operator()(const RemoveRoute& c) const
    {
        return route_command("append", c.link, stand_in(c.route));
    }
    Result<Commands> operator()(const ReplaceRule& c) const
    {
        return replace_rule(c.after, c.before);
    }
    Result<Commands> operator()(const AddNotrack& c) const
    {
        // nft deletes a rule by the number that the kernel gave it.
        return Commands{fmt::format(
            "nft delete rule inet onlan prerouting handle $(nft --handle list chain inet onlan "
            "prerouting | sed -n '/comment \"{}\"/s/.* handle //p')",
            c.comment)};
    }
    Result<Commands> operator()(const InsertXtablesRule& c) const
    {
        return Commands{xtables_command("-D", c)};
    }
    Result<Commands> operator()(const CreateDockerNetwork& c) const
    {
        return Commands{line({"docker", "network", "rm", c.network.name})};
    }
};

} // namespace

Result<std::vector<std::string>> commands(const PlannedStep& step)
{
    return step.direction == Direction::make ? std::visit(MadeCommands{}, step.change)
                                             : std::visit(UndoneCommands{}, step.change);
}

} // namespace onlan::plan
