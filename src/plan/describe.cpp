#include "plan/describe.hpp"

#include <fmt/format.h>

namespace onlan::plan {
namespace {

std::string route_text(const std::string& link, const model::Route& route)
{
    std::string text = route.destination.length() == 0
                           ? std::string("the default route")
                           : "the route to " + route.destination.to_string();
    if (route.gateway)
        text += " via " + route.gateway->to_string();
    if (route.table != model::kTableMain)
        text += fmt::format(" in table {}", route.table);
    return fmt::format("{}{} on {}", text, route.multipath ? " over several next hops" : "", link);
}

std::string rule_text(const model::Rule& rule)
{
    std::string text = fmt::format("the policy rule {}", rule.priority);
    if (!rule.input_interface.empty())
        text += " iif " + rule.input_interface;
    if (!rule.output_interface.empty())
        text += " oif " + rule.output_interface;
    return text;
}

struct MadeWords {
    std::string operator()(const CreateBridge& c) const
    {
        return fmt::format("create bridge {} (MTU {}{})", c.name, c.mtu,
                           c.mac ? ", MAC " + c.mac->to_string() : "");
    }
    std::string operator()(const AdoptBridge& c) const
    {
        return fmt::format("take over bridge {}, which Docker made", c.name);
    }
    std::string operator()(const CreateVeth& c) const
    {
        return fmt::format("create veth cable {} <-> {} (MTU {})", c.name, c.peer, c.mtu);
    }
    std::string operator()(const SetMaster& c) const
    {
        return fmt::format("make {} a port of {}", c.link, c.master);
    }
    std::string operator()(const SetUp& c) const { return fmt::format("set {} up", c.link); }
    std::string operator()(const SetMtu& c) const
    {
        return fmt::format("set the MTU of {} to {}", c.link, c.mtu);
    }
    std::string operator()(const StartStp& c) const
    {
        return fmt::format("turn on the spanning tree protocol of {}, against loops", c.bridge);
    }
    std::string operator()(const SetSysctl& c) const
    {
        return fmt::format("set {} = {}", c.name, c.value);
    }
    std::string operator()(const AddAddress& c) const
    {
        return fmt::format("add {} to {}", c.address.local.to_string(), c.link);
    }
    std::string operator()(const RemoveAddress& c) const
    {
        return fmt::format("remove {} from {}", c.address.local.to_string(), c.link);
    }
    std::string operator()(const AddRoute& c) const { return "add " + route_text(c.link, c.route); }
    std::string operator()(const RemoveRoute& c) const
    {
        return "remove " + route_text(c.link, c.route);
    }
    std::string operator()(const ReplaceRule& c) const
    {
        return fmt::format("replace {} by {}", rule_text(c.before), rule_text(c.after));
    }
    std::string operator()(const AddNotrack& c) const
    {
        return fmt::format(
            "guard: no connection tracking for frames that enter {} (table inet onlan)", c.bridge);
    }
    std::string operator()(const InsertXtablesRule& c) const
    {
        return fmt::format("guard: accept bridged frames in {} of {} ({})", c.chain,
                           model::xtables_program(c.backend, c.family), fmt::join(c.rule, " "));
    }
    std::string operator()(const CreateDockerNetwork& c) const
    {
        return fmt::format(
            "create Docker network {} (driver {}, subnet {})", c.network.name, c.network.driver,
            c.network.subnets.empty() ? "-" : c.network.subnets.front().subnet.to_string());
    }
};

struct UndoneWords {
    std::string operator()(const CreateBridge& c) const { return "delete bridge " + c.name; }
    std::string operator()(const AdoptBridge& c) const { return "delete bridge " + c.name; }
    std::string operator()(const CreateVeth& c) const
    {
        return fmt::format("delete veth cable {} <-> {}", c.name, c.peer);
    }
    std::string operator()(const SetMaster& c) const
    {
        return fmt::format("take {} out of {}", c.link, c.master);
    }
    std::string operator()(const SetUp& c) const { return fmt::format("set {} down", c.link); }
    std::string operator()(const SetMtu& c) const
    {
        return fmt::format("set the MTU of {} back to {}", c.link, c.previous);
    }
    std::string operator()(const StartStp& c) const
    {
        return "turn off the spanning tree protocol of " + c.bridge;
    }
    std::string operator()(const SetSysctl& c) const
    {
        return fmt::format("set {} back to {}", c.name, c.previous);
    }
    std::string operator()(const AddAddress& c) const
    {
        return MadeWords{}(RemoveAddress{c.link, c.address});
    }
    std::string operator()(const RemoveAddress& c) const
    {
        return MadeWords{}(AddAddress{c.link, c.address});
    }
    std::string operator()(const AddRoute& c) const
    {
        return MadeWords{}(RemoveRoute{c.link, c.route});
    }
    std::string operator()(const RemoveRoute& c) const
    {
        return MadeWords{}(AddRoute{c.link, stand_in(c.route)});
    }
    std::string operator()(const ReplaceRule& c) const
    {
        return MadeWords{}(ReplaceRule{.before = c.after, .after = c.before});
    }
    std::string operator()(const AddNotrack& c) const
    {
        return fmt::format("remove the guard of {} (table inet onlan)", c.bridge);
    }
    std::string operator()(const InsertXtablesRule& c) const
    {
        return fmt::format("remove the guard from {} of {} ({})", c.chain,
                           model::xtables_program(c.backend, c.family), fmt::join(c.rule, " "));
    }
    std::string operator()(const CreateDockerNetwork& c) const
    {
        return "remove Docker network " + c.network.name;
    }
};

} // namespace

std::string describe(const PlannedStep& step)
{
    return step.direction == Direction::make ? std::visit(MadeWords{}, step.change)
                                             : std::visit(UndoneWords{}, step.change);
}

} // namespace onlan::plan
