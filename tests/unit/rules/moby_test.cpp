#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "base/subprocess.hpp"
#include "unit/kernel/own_netns.hpp"
#include "unit/rules/world.hpp"

// Docker's own tests record the rules that each of its two firewall backends writes, for every
// combination of the bridge driver's options. The records are not part of this repository.
namespace onlan::rules {
namespace {

using testing::IsEmpty;

namespace fs = std::filesystem;

struct Recorded {
    std::string name;
    net::Family family = net::Family::ipv4;
    model::Netns iptables;
    model::Netns nftables; // empty: no twin
};

// Where the records are: a folder with NAME__iptables.golden and NAME__ip6tables.golden in one
// half, and NAME__ip.golden and NAME__ip6.golden in the other.
fs::path folder()
{
    const char* given = std::getenv("ONLAN_MOBY_RULESETS");
    return given != nullptr ? fs::path(given)
                            : fs::path(ONLAN_SOURCE) / "../shared/data/moby-rulesets";
}

std::string contents(const fs::path& path)
{
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
}

// What `nft` shows of a text that it has loaded: the kernel speaks between the two.
model::NftListing listed(std::string text)
{
    // nft of Debian 12 knows this word in the hook prerouting only.
    constexpr std::string_view kWord = "hook output priority dstnat";
    if (const auto at = text.find(kWord); at != std::string::npos)
        text.replace(at, kWord.size(), "hook output priority -100");
    const auto nft = [](std::vector<std::string> words) {
        words.insert(words.begin(), "nft");
        const auto finished = run_program(words);
        EXPECT_TRUE(finished && finished->status == 0) << words.back();
        return finished ? finished->output : std::string();
    };
    nft({"flush", "ruleset"});
    nft({std::move(text)});
    return nft_listing(nft({"--json", "list", "ruleset"}));
}

std::vector<Recorded> recorded()
{
    std::vector<fs::path> paths;
    for (const fs::directory_entry& entry : fs::directory_iterator(folder() / "iptables"))
        paths.push_back(entry.path());
    std::ranges::sort(paths);
    std::vector<Recorded> all;
    for (const fs::path& path : paths) {
        const std::string file = path.filename();
        const std::string name = file.substr(0, file.rfind("__"));
        const bool ipv6 = file.find("__ip6tables") != std::string::npos;
        Recorded one{.name = name + (ipv6 ? ", IPv6" : ""),
                     .family = ipv6 ? net::Family::ipv6 : net::Family::ipv4};
        one.iptables = host_with(iptables_save(contents(path), one.family));
        const fs::path twin =
            folder() / "nftables" / (name + (ipv6 ? "__ip6" : "__ip") + ".golden");
        if (fs::exists(twin))
            one.nftables.nftables = listed(contents(twin));
        all.push_back(std::move(one));
    }
    return all;
}

// Runs the body of a test where `nft` can load what is recorded.
template <typename Body>
void with_records(Body body)
{
    if (!fs::exists(folder() / "iptables"))
        GTEST_SKIP() << "no records of Docker's rule sets at " << folder()
                     << ": ONLAN_MOBY_RULESETS says where they are";
    kernel::in_own_netns([&](auto&) { body(recorded()); });
}

// What a hook does to a packet, whichever tables it is spread over.
struct HookOutcome {
    Verdict verdict = Verdict::accept;
    std::optional<Nat> nat;
    std::optional<Reject> reject;

    friend bool operator==(const HookOutcome&, const HookOutcome&) = default;
};

std::ostream& operator<<(std::ostream& out, const HookOutcome& outcome)
{
    out << (outcome.verdict == Verdict::accept ? "accept" : "drop");
    if (outcome.nat && outcome.nat->first_address)
        out << " nat to " << outcome.nat->first_address->to_string();
    else if (outcome.nat)
        out << " nat of kind " << static_cast<int>(outcome.nat->kind);
    return out;
}

HookOutcome
at_hook(const RuleSet& rules, Hook hook, const PacketView& packet, const Surroundings& surroundings)
{
    const HookFamily family =
        packet.source.family() == net::Family::ipv4 ? HookFamily::ipv4 : HookFamily::ipv6;
    HookOutcome all;
    for (const BaseChain& chain : rules.base_chains()) {
        if (chain.hook != hook || chain.family != family || all.nat)
            continue;
        const auto ways = rules.evaluate(chain, packet, surroundings);
        EXPECT_EQ(ways.size(), 1U);
        if (ways.front().verdict != Verdict::accept)
            return {.verdict = ways.front().verdict, .reject = ways.front().reject};
        all.nat = ways.front().nat;
    }
    return all;
}

// A host with Docker's bridge, a second one and an uplink, for one family.
struct DockerHost {
    explicit DockerHost(net::Family ip_family) : family(ip_family)
    {
        const bool ipv4 = family == net::Family::ipv4;
        container = ip(ipv4 ? "192.168.0.2" : "fd49:efd7:54aa::1");
        neighbour = ip(ipv4 ? "192.168.0.3" : "fd49:efd7:54aa::9");
        bridge_address = ip(ipv4 ? "192.168.0.1" : "fd49:efd7:54aa::fe");
        other_container = ip(ipv4 ? "172.18.0.2" : "fd00:18::2");
        uplink = ip(ipv4 ? "203.0.113.5" : "2001:db8::5");
        client = ip(ipv4 ? "198.51.100.7" : "2001:db8:ffff::7");
        loopback = ip(ipv4 ? "127.0.0.1" : "::1");
        surroundings.local = {bridge_address, uplink, loopback};
        for (const char* snat : {"192.168.1.1", "fd34:d0d4::1"})
            surroundings.local.push_back(ip(snat));
    }

    PacketView packet(const net::IpAddress& source, const net::IpAddress& destination) const
    {
        return {.ether_type =
                    static_cast<std::uint16_t>(family == net::Family::ipv4 ? 0x0800 : 0x86DD),
                .source = source,
                .destination = destination,
                .protocol = kTcp,
                .length = 60,
                .source_port = 40000,
                .tcp_flags = 2,
                .ct = {.state = CtState::new_}};
    }

    net::Family family;
    model::Link docker = link(3, "br-dummy", "bridge");
    model::Link other = link(4, "br-other", "bridge");
    model::Link eth0 = link(2, "eth0");
    model::Link lo = link(1, "lo");
    model::Link wsl = link(9, "loopback0");
    net::IpAddress container, neighbour, bridge_address, other_container, uplink, client, loopback;
    FakeSurroundings surroundings;
};

struct Flow {
    std::string name;
    Hook hook = Hook::forward;
    PacketView packet;
};

// Every packet that a Docker host sees of this kind: who to whom, by which devices, at which hook.
std::vector<Flow> flows(const DockerHost& host)
{
    struct Way {
        const char* name;
        const model::Link* in;
        const model::Link* out;
        const net::IpAddress* source;
        const net::IpAddress* destination;
    };
    const std::vector<Way> forwarded = {
        {"outside to container", &host.eth0, &host.docker, &host.client, &host.container},
        {"other bridge to container", &host.other, &host.docker, &host.other_container,
         &host.container},
        {"neighbour to container", &host.docker, &host.docker, &host.neighbour, &host.container},
        {"outside to neighbour", &host.eth0, &host.docker, &host.client, &host.neighbour},
        {"container to outside", &host.docker, &host.eth0, &host.container, &host.client},
        {"container to other bridge", &host.docker, &host.other, &host.container,
         &host.other_container},
        {"container to itself", &host.docker, &host.docker, &host.container, &host.container},
        {"neighbour past its network", &host.docker, &host.eth0, &host.client, &host.uplink},
    };
    const std::vector<Way> received = {
        {"outside to published port", &host.eth0, nullptr, &host.client, &host.uplink},
        {"container to published port", &host.docker, nullptr, &host.container, &host.uplink},
        {"other bridge to published port", &host.other, nullptr, &host.other_container,
         &host.uplink},
        {"outside directly to container", &host.eth0, nullptr, &host.client, &host.container},
        {"outside to loopback", &host.eth0, nullptr, &host.client, &host.loopback},
        {"mirrored loopback", &host.wsl, nullptr, &host.loopback, &host.loopback},
        {"host to itself", &host.lo, nullptr, &host.loopback, &host.loopback},
    };
    const std::vector<Way> sent = {
        {"host to container", nullptr, &host.docker, &host.bridge_address, &host.container},
        {"host to published port", nullptr, &host.lo, &host.uplink, &host.uplink},
        {"host to loopback", nullptr, &host.lo, &host.loopback, &host.loopback},
        {"host to outside", nullptr, &host.eth0, &host.uplink, &host.client},
    };
    std::vector<Flow> all;
    const auto add = [&](const Way& way, Hook hook) {
        for (const std::uint16_t port : std::initializer_list<std::uint16_t>{80, 8080, 22}) {
            for (const std::uint8_t protocol : {kTcp, kUdp, std::uint8_t{0}}) {
                for (const CtState state :
                     {CtState::new_, CtState::established, CtState::invalid}) {
                    PacketView packet = host.packet(*way.source, *way.destination);
                    packet.in = way.in;
                    packet.out = way.out;
                    packet.destination_port = port;
                    packet.protocol = protocol;
                    if (protocol == 0)
                        packet.protocol = host.family == net::Family::ipv4 ? kIcmp : 58;
                    packet.icmp_type = host.family == net::Family::ipv4 ? 8 : 128;
                    packet.ct.state = state;
                    all.push_back({way.name, hook, packet});
                }
            }
        }
    };
    for (const Way& way : forwarded) {
        add(way, Hook::forward);
        add(way, Hook::postrouting);
    }
    for (const Way& way : received)
        add(way, Hook::prerouting);
    for (const Way& way : sent) {
        add(way, Hook::output);
        add(way, Hook::postrouting);
    }
    return all;
}

TEST(Moby, EveryRecordedRuleSetIsUnderstood)
{
    with_records([](const std::vector<Recorded>& all) {
        std::size_t count = 0;
        for (const Recorded& one : all) {
            for (const model::Netns* host : {&one.iptables, &one.nftables}) {
                if (host->xtables.empty() && host->nftables.empty())
                    continue;
                auto rules = RuleSet::load(*host);
                ASSERT_TRUE(rules) << one.name << ": " << rules.error().message;
                EXPECT_THAT(rules->unknown(), IsEmpty()) << one.name;
                ++count;
            }
        }
        EXPECT_EQ(count, 566U);
    });
}

// Where Docker's backends differ on purpose: on an internal network nftables accepts what belongs
// to a connection first of all, in the chains of every bridge (nftabler, bridge.go), while iptables
// leaves internal networks out of DOCKER-CT (iptabler, setupInternalNetworkRules()). No connection
// across such a network gets as far, because its first packet is dropped by both.
bool differ_on_purpose(const Recorded& one, const Flow& flow)
{
    return flow.hook == Hook::forward && flow.packet.ct.state == CtState::established &&
           one.name.find("internal=true") != std::string::npos;
}

TEST(Moby, BothBackendsDoTheSameToTheSamePackets)
{
    with_records([](const std::vector<Recorded>& all) {
        std::size_t compared = 0;
        std::size_t differing = 0;
        for (const Recorded& one : all) {
            if (one.nftables.nftables.empty())
                continue;
            const RuleSet iptables = loaded(one.iptables);
            const RuleSet nftables = loaded(one.nftables);
            const DockerHost host(one.family);
            for (const Flow& flow : flows(host)) {
                const auto by_iptables =
                    at_hook(iptables, flow.hook, flow.packet, host.surroundings);
                const auto by_nftables =
                    at_hook(nftables, flow.hook, flow.packet, host.surroundings);
                ++compared;
                if (by_iptables == by_nftables)
                    continue;
                ++differing;
                EXPECT_TRUE(differ_on_purpose(one, flow))
                    << one.name << ": " << flow.name << " at hook " << static_cast<int>(flow.hook)
                    << ", port " << flow.packet.destination_port << ", protocol "
                    << int{flow.packet.protocol} << ", state "
                    << static_cast<int>(flow.packet.ct.state) << ": " << by_iptables
                    << " by iptables, " << by_nftables << " by nftables";
                EXPECT_EQ(by_nftables.verdict, Verdict::accept) << one.name;
            }
        }
        EXPECT_GT(compared, 150000U);
        EXPECT_LT(differing, 1000U);
    });
}

} // namespace
} // namespace onlan::rules
