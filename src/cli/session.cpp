#include "cli/session.hpp"

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdlib>
#include <iostream>

#include <linux/capability.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <fmt/format.h>

#include "base/file.hpp"
#include "collect/host.hpp"
#include "kernel/arp_probe.hpp"
#include "model/configuration.hpp"

namespace onlan::cli {
namespace {

constexpr std::size_t kMostProbes = 1024;

// For the crash test: the process kills itself as soon as record number ONLAN_CRASH_AFTER of this
// run is on the disk.
apply::Journal::Observer crash_observer()
{
    const char* after = std::getenv("ONLAN_CRASH_AFTER");
    if (after == nullptr)
        return {};
    const auto number = static_cast<unsigned>(std::strtoul(after, nullptr, 10));
    return [number](unsigned records) {
        if (records == number)
            std::raise(SIGKILL);
    };
}

// CapEff of this process.
bool may_administer_the_network()
{
    __user_cap_header_struct header{.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
    std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3> sets{};
    if (::syscall(SYS_capget, &header, sets.data()) < 0)
        return true; // the kernel says no when it matters
    return (sets[CAP_TO_INDEX(CAP_NET_ADMIN)].effective & CAP_TO_MASK(CAP_NET_ADMIN)) != 0;
}

bool answers(const std::vector<kernel::ProbeAnswer>& found, const net::IpAddress& address)
{
    return std::ranges::find(found, address, &kernel::ProbeAnswer::address) != found.end();
}

Result<> survey_subnet(const model::Lan& lan,
                       const model::LanSubnet& subnet,
                       const model::Host& host,
                       std::chrono::milliseconds patience,
                       plan::Survey& survey)
{
    const model::Link* link = host.netns.find_link(lan.uplink.bridge);
    if (link == nullptr && !lan.uplink.ports.empty())
        link = host.netns.find_link(lan.uplink.ports.front());
    if (link == nullptr || !link->up)
        return {}; // the plan says so
    const bool own_gateway =
        std::ranges::any_of(host.netns.addresses, [&](const model::Address& address) {
            return address.local.address == subnet.gateway;
        });

    // Without a pool Docker hands out the whole subnet, from its start.
    const net::AddressRange range =
        subnet.pool.value_or(net::AddressRange{subnet.subnet.first(), subnet.subnet.last()});
    std::vector<net::IpAddress> wanted = range.addresses(kMostProbes);
    if (subnet.gateway && !own_gateway)
        wanted.push_back(*subnet.gateway);
    std::cerr << fmt::format("asking {} addresses on {} whether they are in use\n", wanted.size(),
                             link->name);
    ONLAN_TRY(const auto found, kernel::probe_addresses(link->name, wanted, patience));
    for (const kernel::ProbeAnswer& answer : found) {
        if (answer.address != subnet.gateway)
            survey.in_use.push_back(answer.address);
    }
    if (subnet.gateway && !own_gateway && !answers(found, *subnet.gateway))
        survey.silent_gateways.push_back(*subnet.gateway);
    return {};
}

bool makes_network(const plan::Plan& plan, const model::Lan& lan)
{
    return std::ranges::any_of(plan.steps, [&](const plan::PlannedStep& step) {
        return step.owner == lan.name &&
               std::holds_alternative<plan::CreateDockerNetwork>(step.change);
    });
}

} // namespace

void note(const Options& options, std::string_view what)
{
    if (options.verbose)
        std::cerr << "onlan: " << what << '\n';
}

Result<model::Snapshot> read_host(const Options& options)
{
    note(options, fmt::format("reading the kernel's links, addresses, routes, switches and rules, "
                              "and asking Docker at {}",
                              options.docker_host));
    return collect::collect_host(options.docker_host);
}

Result<model::Intent> load_intent(const Options& options)
{
    note(options, fmt::format("reading {}", options.configuration.string()));
    constexpr std::size_t kLargest = std::size_t{1} << 20;
    auto text = read_file(options.configuration, kLargest);
    if (!text && text.error().code == std::errc::no_such_file_or_directory)
        return fail(Failed::not_found, fmt::format("there is no configuration {}: write one "
                                                   "(onlan.yaml(5) has an example), or name one "
                                                   "with -f",
                                                   options.configuration.string()));
    if (!text)
        return Failure{std::move(text).error()};
    return model::parse_configuration(*text, options.configuration.string());
}

Result<> require_root(std::string_view command)
{
    if (::geteuid() != 0)
        return fail_errno(fmt::format("{} needs root (try: sudo onlan {})", command, command),
                          EPERM);
    if (!may_administer_the_network())
        return fail_errno(fmt::format("{} needs the capability CAP_NET_ADMIN, which root lacks "
                                      "here (in a container: --cap-add NET_ADMIN)",
                                      command),
                          EPERM);
    return {};
}

Result<> check_names(const Options& options,
                     const plan::Ledger& ledger,
                     const std::vector<std::string>& lans)
{
    std::vector<std::string> known;
    if (const auto intent = load_intent(options)) {
        for (const model::Lan& lan : intent->lans)
            known.push_back(lan.name);
    }
    for (const plan::Entry& entry : ledger) {
        if (!plan::is_uplink(entry.owner) && std::ranges::find(known, entry.owner) == known.end())
            known.push_back(entry.owner);
    }
    for (const std::string& lan : lans) {
        if (std::ranges::find(known, lan) == known.end())
            return fail(
                Failed::not_found,
                fmt::format("there is no LAN {}, neither in the configuration nor among "
                            "what onlan made; known: {}",
                            lan,
                            known.empty() ? "none" : fmt::format("{}", fmt::join(known, ", "))));
    }
    return {};
}

Result<apply::Recorded> read_journal(const Options& options)
{
    note(options, fmt::format("reading the journal in {}", options.state_folder.string()));
    ONLAN_TRY(const auto host, apply::HostIdentity::of_this_process());
    return apply::Journal::read(options.state_folder, host);
}

Result<apply::Journal> open_journal(const Options& options)
{
    note(options, fmt::format("opening the journal in {}", options.state_folder.string()));
    ONLAN_TRY(const auto host, apply::HostIdentity::of_this_process());
    return apply::Journal::open(options.state_folder, host, crash_observer());
}

Result<plan::Survey> survey(const model::Intent& intent,
                            const model::Host& host,
                            const plan::Plan& plan,
                            std::chrono::milliseconds patience)
{
    plan::Survey survey;
    for (const model::Lan& lan : intent.lans) {
        if (!makes_network(plan, lan))
            continue;
        ONLAN_CHECK(survey_subnet(lan, lan.ipv4, host, patience, survey));
        if (lan.ipv6)
            ONLAN_CHECK(survey_subnet(lan, *lan.ipv6, host, patience, survey));
    }
    return survey;
}

} // namespace onlan::cli
