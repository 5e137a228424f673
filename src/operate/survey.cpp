#include "operate/survey.hpp"

#include <algorithm>

#include "kernel/arp_probe.hpp"

namespace onlan::operate {
namespace {

constexpr std::size_t kMostProbes = 1024;

bool makes_network(const plan::Plan& plan, const model::Lan& lan)
{
    return std::ranges::any_of(plan.steps, [&](const plan::PlannedStep& step) {
        return step.owner == lan.name &&
               std::holds_alternative<plan::CreateDockerNetwork>(step.change);
    });
}

// The uplink bridge, or the port that it will be made of. None where nothing can be sent: the plan
// says so.
const model::Link* link_to_ask_on(const model::Lan& lan, const model::Host& host)
{
    const model::Link* link = host.netns.find_link(lan.uplink.bridge);
    if (link == nullptr && !lan.uplink.ports.empty())
        link = host.netns.find_link(lan.uplink.ports.front());
    return link != nullptr && link->up ? link : nullptr;
}

Inquiry inquiry(const model::Link& link, const model::LanSubnet& subnet, const model::Host& host)
{
    // Without a pool Docker hands out the whole subnet, from its start.
    const net::AddressRange range =
        subnet.pool.value_or(net::AddressRange{subnet.subnet.first(), subnet.subnet.last()});
    Inquiry inquiry{.link = link.name,
                    .addresses = range.addresses(kMostProbes),
                    .gateway = subnet.gateway,
                    .gateway_is_here = std::ranges::any_of(
                        host.netns.addresses, [&](const model::Address& address) {
                            return address.local.address == subnet.gateway;
                        })};
    if (subnet.gateway && !inquiry.gateway_is_here)
        inquiry.addresses.push_back(*subnet.gateway);
    return inquiry;
}

} // namespace

std::vector<Inquiry>
inquiries(const model::Intent& intent, const model::Host& host, const plan::Plan& plan)
{
    std::vector<Inquiry> all;
    for (const model::Lan& lan : intent.lans) {
        const model::Link* link = link_to_ask_on(lan, host);
        if (link == nullptr || !makes_network(plan, lan))
            continue;
        all.push_back(inquiry(*link, lan.ipv4, host));
        if (lan.ipv6)
            all.push_back(inquiry(*link, *lan.ipv6, host));
    }
    return all;
}

void conclude(const Inquiry& inquiry,
              std::span<const kernel::ProbeAnswer> answers,
              plan::Survey& survey)
{
    bool gateway_answers = false;
    for (const kernel::ProbeAnswer& answer : answers) {
        if (answer.address == inquiry.gateway)
            gateway_answers = true;
        else
            survey.in_use.push_back(answer.address);
    }
    if (inquiry.gateway && !inquiry.gateway_is_here && !gateway_answers)
        survey.silent_gateways.push_back(*inquiry.gateway);
}

Result<plan::Survey> survey(const std::vector<Inquiry>& inquiries,
                            std::chrono::milliseconds patience,
                            Observer& observer)
{
    plan::Survey survey;
    for (const Inquiry& inquiry : inquiries) {
        observer.asking(inquiry.addresses.size(), inquiry.link);
        ONLAN_TRY(const auto answers,
                  kernel::probe_addresses(inquiry.link, inquiry.addresses, patience));
        conclude(inquiry, answers, survey);
    }
    return survey;
}

} // namespace onlan::operate
