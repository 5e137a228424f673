#include "lab/by_hand.hpp"

#include "collect/host.hpp"
#include "lab/containers.hpp"
#include "lab/paths.hpp"
#include "lab/topology.hpp"
#include "plan/attach/lan_changes.hpp"
#include "plan/names.hpp"

namespace onlan::lab {
namespace {

using plan::Change;

bool is_guard(const Change& change)
{
    return std::holds_alternative<plan::AddNotrack>(change) ||
           std::holds_alternative<plan::InsertXtablesRule>(change);
}

// Where DOCKER-USER is.
model::XtablesBackend docker_backend(const model::Snapshot& host)
{
    for (const model::XtablesRuleset& ruleset : host.namespaces.front().xtables) {
        if (ruleset.find_chain("filter", "DOCKER-USER") != nullptr)
            return ruleset.backend;
    }
    return model::XtablesBackend::nft;
}

Result<Attempt> attempt(const kernel::NetnsHandle& container,
                        const std::string& to,
                        Protocol protocol,
                        const Target& target)
{
    ONLAN_TRY(const model::Outcome outcome, exchange(container, protocol, target));
    return Attempt{.from = "container", .to = to, .protocol = protocol, .outcome = outcome};
}

Result<Attempt> ask_router(const kernel::NetnsHandle& container)
{
    return attempt(container, "router", Protocol::icmp, {*net::IpAddress::parse(kRouter), 0});
}

Result<Attempt> ask_published_port(const kernel::NetnsHandle& container)
{
    return attempt(container, "published port", Protocol::tcp,
                   {*net::IpAddress::parse(kHost), kPublishedPort});
}

plan::SetSysctl loose_rp_filter()
{
    return {.name = "net.ipv4.conf.all.rp_filter", .value = "2", .previous = "0"};
}

} // namespace

Result<ByHand>
ByHand::open(const kernel::NetnsHandle& netns, const model::Intent& intent, plan::Stage stage)
{
    ByHand by_hand(netns);
    ONLAN_CHECK(kernel::in_netns(netns, [&]() -> Result<> {
        ONLAN_TRY(by_hand.actuator_, apply::HostActuator::open(docker_host()));
        ONLAN_TRY(const model::Snapshot host, collect::collect_host(docker_host()));
        by_hand.backend_ = docker_backend(host);
        const plan::Ledger nothing;
        const plan::Request request{.intent = intent,
                                    .host = host,
                                    .ledger = nothing,
                                    .lans = {},
                                    .stage = stage,
                                    .survey = {}};
        for (Change& change : plan::lan_changes(intent.lans.front(), request)) {
            if (std::holds_alternative<plan::InsertXtablesRule>(change))
                by_hand.accepts_.push_back(std::move(change));
            else if (!is_guard(change) && !std::holds_alternative<plan::SetSysctl>(change))
                by_hand.links_.push_back(std::move(change));
        }
        return {};
    }));
    return by_hand;
}

Result<> ByHand::make(const Change& change)
{
    ONLAN_CHECK(kernel::in_netns(host_, [&] { return actuator_->perform(change); }));
    done_.push_back(change);
    return {};
}

Result<> ByHand::undo_last()
{
    ONLAN_CHECK(
        kernel::in_netns(host_, [&] { return actuator_->perform(plan::inverse(done_.back())); }));
    done_.pop_back();
    return {};
}

Result<> ByHand::make_links()
{
    for (const Change& change : links_)
        ONLAN_CHECK(make(change));
    return {};
}

// From the second bridge to other Docker networks, before Docker's isolation drops it.
Change ByHand::isolation_lifted() const
{
    return plan::InsertXtablesRule{.backend = backend_,
                                   .family = net::Family::ipv4,
                                   .table = "filter",
                                   .chain = "DOCKER-USER",
                                   .rule = {"-i", "on-lan137", "!", "-o", "on-lan137", "-m",
                                            "comment", "--comment", "isolation lifted", "-j",
                                            "ACCEPT"}};
}

Result<> ByHand::tell(const kernel::NetnsHandle& container, Narrator& narrator)
{
    Chapter chapter{.title = "Nothing else done",
                    .attempts = {},
                    .because = "br_netfilter passes bridged frames to iptables, where Docker has "
                               "set the policy of the FORWARD chain to DROP"};
    ONLAN_TRY(Attempt router, ask_router(container));
    chapter.attempts = {std::move(router)};
    narrator.chapter(chapter);

    for (const Change& change : accepts_)
        ONLAN_CHECK(make(change));
    chapter = {
        .title = "Bridged frames accepted",
        .attempts = {},
        .because =
            "DNAT already happens on the second bridge; from there, packets to the published "
            "container pass between two Docker networks, which Docker isolates from each other"};
    ONLAN_TRY(router, ask_router(container));
    ONLAN_TRY(Attempt port, ask_published_port(container));
    chapter.attempts = {std::move(router), std::move(port)};
    narrator.chapter(chapter);

    ONLAN_CHECK(make(isolation_lifted()));
    ONLAN_CHECK(make(loose_rp_filter()));
    chapter = {.title = "Isolation lifted, rp_filter as Debian and Ubuntu set it",
               .attempts = {},
               .because = "the second bridge has no address, so even the loose mode (2) of "
                          "rp_filter drops the packets that DNAT has turned into routed ones"};
    ONLAN_TRY(port, ask_published_port(container));
    chapter.attempts = {std::move(port)};
    narrator.chapter(chapter);

    ONLAN_CHECK(undo_last());
    chapter = {
        .title = "rp_filter off",
        .attempts = {},
        .because =
            "conntrack sees the replies on both bridges, takes them for a new connection on the "
            "second and rewrites their source port, which the container does not recognise"};
    ONLAN_TRY(port, ask_published_port(container));
    chapter.attempts = {std::move(port)};
    narrator.chapter(chapter);
    return {};
}

Result<> ByHand::take_back()
{
    while (!done_.empty())
        ONLAN_CHECK(undo_last());
    return {};
}

} // namespace onlan::lab
