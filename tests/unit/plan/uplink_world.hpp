#pragma once

// The hosts and the `up` that the uplink tests speak of.

#include <algorithm>

#include <gtest/gtest.h>

#include "plan/plan.hpp"
#include "unit/plan/worlds.hpp"

namespace onlan::plan {

inline model::Address address(int link, const char* text)
{
    return {.link = link, .local = *net::InterfaceAddress::parse(text)};
}

inline std::vector<std::string> described(const std::vector<PlannedStep>& steps)
{
    std::vector<std::string> lines;
    for (const PlannedStep& step : steps)
        lines.push_back(describe(step.change));
    return lines;
}

// `uplink: {bridge: br-new, ports: [eno1]}` on a host whose addresses are on eno1.
class Uplink : public testing::Test {
protected:
    Uplink() { intent.lans[0].uplink = {.bridge = "br-new", .ports = {"eno1"}}; }

    Result<Plan> plan()
    {
        return plan_up({.intent = intent,
                        .host = host,
                        .ledger = ledger,
                        .lans = {},
                        .stage = Stage::before_docker,
                        .survey = {}});
    }
    // What concerns the uplink, as it is said.
    std::vector<std::string> steps()
    {
        auto planned = plan();
        EXPECT_TRUE(planned) << planned.error().message;
        if (!planned)
            return {};
        std::erase_if(planned->steps,
                      [](const PlannedStep& step) { return !is_uplink(step.owner); });
        return described(planned->steps);
    }
    std::string error()
    {
        const auto planned = plan();
        return planned ? "" : planned.error().message;
    }
    std::vector<std::string> warnings()
    {
        const auto planned = plan();
        return planned ? planned->warnings : std::vector<std::string>{};
    }

    model::Link& link(std::string_view name)
    {
        return *std::ranges::find(netns(host).links, name, &model::Link::name);
    }

    // `up` has been here.
    void make()
    {
        const auto planned = plan();
        ASSERT_TRUE(planned) << planned.error().message;
        for (const PlannedStep& step : planned->steps)
            ledger.push_back({step.owner, step.change});
        netns(host).links.push_back({.index = 20,
                                     .name = "br-new",
                                     .kind = "bridge",
                                     .alias = "onlan:@br-new",
                                     .mtu = 1500,
                                     .up = true,
                                     .carrier = true,
                                     .ethernet = true,
                                     .bridge = model::Bridge{}});
        for (const std::string& port : intent.lans[0].uplink.ports)
            link(port).master = 20;
        for (model::Address& one : netns(host).addresses)
            one.link = 20;
        for (model::Route& one : netns(host).routes)
            one.link = one.link == 3 ? 20 : one.link;
    }

    model::Intent intent{{lan137()}};
    model::Snapshot host = nic_host();
    Ledger ledger;
};

} // namespace onlan::plan
