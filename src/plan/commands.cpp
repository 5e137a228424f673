#include <algorithm>

#include <fmt/format.h>

#include "plan/describe.hpp"

namespace onlan::plan {
namespace {

using Commands = std::vector<std::string>;
using Words = std::vector<std::string>;

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

std::string line(const Words& words)
{
    std::string text;
    for (const std::string& word : words)
        text += (text.empty() ? "" : " ") + quoted(word);
    return text;
}

void append(Words& words, std::initializer_list<std::string> more)
{
    words.insert(words.end(), more);
}

std::string
address_command(const char* verb, const std::string& link, const model::Address& address)
{
    Words words = {"ip", "address", verb, address.local.to_string(), "dev", link};
    if (address.broadcast && verb == std::string_view("add"))
        append(words, {"broadcast", address.broadcast->to_string()});
    return line(words);
}

std::string route_command(const char* verb, const std::string& link, const model::Route& route)
{
    constexpr std::uint32_t kTableMain = 254;
    Words words = {"ip"};
    if (route.destination.family() == net::Family::ipv6)
        words.emplace_back("-6");
    append(words, {"route", verb,
                   route.destination.length() == 0 ? "default" : route.destination.to_string()});
    if (route.gateway)
        append(words, {"via", route.gateway->to_string()});
    append(words, {"dev", link});
    if (route.table != kTableMain)
        append(words, {"table", std::to_string(route.table)});
    if (route.metric != 0)
        append(words, {"metric", std::to_string(route.metric)});
    if (route.preferred_source)
        append(words, {"src", route.preferred_source->to_string()});
    return line(words);
}

std::string rule_command(const char* verb, const model::Rule& rule)
{
    Words words = {"ip"};
    if (rule.family == net::Family::ipv6)
        words.emplace_back("-6");
    append(words, {"rule", verb, "priority", std::to_string(rule.priority)});
    if (!rule.input_interface.empty())
        append(words, {"iif", rule.input_interface});
    if (!rule.output_interface.empty())
        append(words, {"oif", rule.output_interface});
    return line(words) + " # and the rest of the rule as it was";
}

std::string xtables_command(const char* flag, const InsertXtablesRule& change)
{
    Words words = {model::xtables_program(change.backend, change.family), "-t", change.table, flag,
                   change.chain};
    words.insert(words.end(), change.rule.begin(), change.rule.end());
    return line(words);
}

struct Made {
    Commands operator()(const CreateBridge& c) const
    {
        Words words = {"ip", "link", "add", c.name, "mtu", std::to_string(c.mtu)};
        if (c.mac)
            append(words, {"address", c.mac->to_string()});
        append(words, {"type", "bridge", "stp_state", "0", "forward_delay", "0"});
        return {line(words), line({"ip", "link", "set", c.name, "alias", c.alias})};
    }
    Commands operator()(const AdoptBridge& c) const
    {
        return {line({"ip", "link", "set", c.name, "alias", c.alias})};
    }
    Commands operator()(const CreateVeth& c) const
    {
        const std::string mtu = std::to_string(c.mtu);
        return {line({"ip", "link", "add", c.name, "mtu", mtu, "address", c.mac.to_string(), "type",
                      "veth", "peer", "name", c.peer, "mtu", mtu}),
                line({"ip", "link", "set", c.name, "alias", c.alias}),
                line({"ip", "link", "set", c.peer, "alias", c.alias})};
    }
    Commands operator()(const SetMaster& c) const
    {
        return {line({"ip", "link", "set", c.link, "master", c.master})};
    }
    Commands operator()(const SetUp& c) const
    {
        return {line({"ip", "link", "set", c.link, "up"})};
    }
    Commands operator()(const SetMtu& c) const
    {
        return {line({"ip", "link", "set", c.link, "mtu", std::to_string(c.mtu)})};
    }
    Commands operator()(const StartStp& c) const
    {
        return {line({"ip", "link", "set", c.bridge, "type", "bridge", "stp_state", "1"})};
    }
    Commands operator()(const SetSysctl& c) const
    {
        return {line({"sysctl", "-w", fmt::format("{}={}", c.name, c.value)})};
    }
    Commands operator()(const AddAddress& c) const
    {
        return {address_command("add", c.link, c.address)};
    }
    Commands operator()(const RemoveAddress& c) const
    {
        return {address_command("del", c.link, c.address)};
    }
    Commands operator()(const AddRoute& c) const
    {
        return {route_command("append", c.link, c.route)};
    }
    Commands operator()(const RemoveRoute& c) const
    {
        return {route_command("del", c.link, c.route)};
    }
    Commands operator()(const ReplaceRule& c) const
    {
        return {rule_command("add", c.after), rule_command("del", c.before)};
    }
    Commands operator()(const AddNotrack& c) const
    {
        return {
            "nft 'add table inet onlan'",
            "nft 'add chain inet onlan prerouting { type filter hook prerouting priority -300; "
            "}'",
            line({"nft", fmt::format(
                             "add rule inet onlan prerouting iifname \"{}\" notrack comment \"{}\"",
                             c.bridge, c.comment)})};
    }
    Commands operator()(const InsertXtablesRule& c) const { return {xtables_command("-I", c)}; }
    Commands operator()(const CreateDockerNetwork& c) const
    {
        const model::DockerNetwork& network = c.network;
        Words words = {"docker", "network", "create", "--driver", network.driver};
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
        return {line(words)};
    }
};

struct Undone {
    Commands operator()(const CreateBridge& c) const
    {
        return {line({"ip", "link", "del", c.name})};
    }
    Commands operator()(const AdoptBridge& c) const
    {
        return {line({"ip", "link", "delete", c.name})};
    }
    Commands operator()(const CreateVeth& c) const { return {line({"ip", "link", "del", c.name})}; }
    Commands operator()(const SetMaster& c) const
    {
        return {line({"ip", "link", "set", c.link, "nomaster"})};
    }
    Commands operator()(const SetUp& c) const
    {
        return {line({"ip", "link", "set", c.link, "down"})};
    }
    Commands operator()(const SetMtu& c) const
    {
        return {line({"ip", "link", "set", c.link, "mtu", std::to_string(c.previous)})};
    }
    Commands operator()(const StartStp& c) const
    {
        return {line({"ip", "link", "set", c.bridge, "type", "bridge", "stp_state", "0"})};
    }
    Commands operator()(const SetSysctl& c) const
    {
        return {line({"sysctl", "-w", fmt::format("{}={}", c.name, c.previous)})};
    }
    Commands operator()(const AddAddress& c) const
    {
        return {address_command("del", c.link, c.address)};
    }
    Commands operator()(const RemoveAddress& c) const
    {
        return {address_command("add", c.link, c.address)};
    }
    Commands operator()(const AddRoute& c) const { return {route_command("del", c.link, c.route)}; }
    Commands operator()(const RemoveRoute& c) const
    {
        return {route_command("append", c.link, stand_in(c.route))};
    }
    Commands operator()(const ReplaceRule& c) const
    {
        return {rule_command("add", c.before), rule_command("del", c.after)};
    }
    Commands operator()(const AddNotrack&) const { return {"nft 'delete table inet onlan'"}; }
    Commands operator()(const InsertXtablesRule& c) const { return {xtables_command("-D", c)}; }
    Commands operator()(const CreateDockerNetwork& c) const
    {
        return {line({"docker", "network", "rm", c.network.name})};
    }
};

} // namespace

std::vector<std::string> commands(const Step& step)
{
    return step.direction == Direction::make ? std::visit(Made{}, step.change)
                                             : std::visit(Undone{}, step.change);
}

} // namespace onlan::plan
