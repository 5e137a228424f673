#include <ranges>
#include <regex>

#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <fmt/ranges.h>

#include "base/subprocess.hpp"
#include "base/unique_fd.hpp"
#include "formats/iptables_save.hpp"
#include "unit/kernel/own_netns.hpp"
#include "unit/rules/world.hpp"

// The kernel is right: rules are loaded into it, a packet is sent, and the counters say which of
// them matched.
namespace onlan::rules {
namespace {

constexpr std::uint16_t kSourcePort = 4321;
constexpr std::uint16_t kPort = 5300;
constexpr std::uint32_t kMark = 0x21;
constexpr int kTtl = 33;
constexpr int kTos = 0x28;

// Without each of these the test says nothing.
std::string run(const std::vector<std::string>& words)
{
    const auto finished = run_program(words);
    if (!finished)
        ADD_FAILURE() << finished.error().message;
    else
        EXPECT_EQ(finished->status, 0)
            << fmt::format("{}", fmt::join(words, " ")) << ": " << finished->errors;
    return finished ? finished->output : std::string();
}

std::vector<std::string> split_words(const std::string& text)
{
    std::istringstream stream(text);
    std::vector<std::string> words;
    for (std::string word; stream >> word;)
        words.push_back(word);
    return words;
}

void bring_loopback_up()
{
    const UniqueFd socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    ifreq request{};
    std::string_view("lo").copy(request.ifr_name, sizeof(request.ifr_name) - 1);
    request.ifr_flags = IFF_UP;
    ASSERT_EQ(::ioctl(socket.get(), SIOCSIFFLAGS, &request), 0);
}

void set_option(int socket, int level, int option, int value)
{
    ASSERT_EQ(::setsockopt(socket, level, option, &value, sizeof(value)), 0);
}

// One packet from 127.0.0.1 to itself. Over TCP it is a SYN that nobody waits for.
void send_packet(std::uint8_t protocol)
{
    const int type = protocol == kTcp ? SOCK_STREAM : SOCK_DGRAM;
    const UniqueFd socket(::socket(AF_INET, type | SOCK_CLOEXEC, 0));
    set_option(socket.get(), SOL_SOCKET, SO_MARK, static_cast<int>(kMark));
    set_option(socket.get(), IPPROTO_IP, IP_TTL, kTtl);
    set_option(socket.get(), IPPROTO_IP, IP_TOS, kTos);
    sockaddr_in address{.sin_family = AF_INET,
                        .sin_port = htons(kSourcePort),
                        .sin_addr = {.s_addr = htonl(INADDR_LOOPBACK)}};
    ASSERT_EQ(::bind(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
    address.sin_port = htons(kPort);
    // Refused, in both cases: what counts has been sent by then.
    static_cast<void>(
        ::connect(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)));
    if (protocol == kUdp)
        static_cast<void>(::send(socket.get(), "0123456789", 10, 0));
}

struct Sent {
    model::Link lo = link(1, "lo");
    PacketView view{.ether_type = 0x0800,
                    .source = ip("127.0.0.1"),
                    .destination = ip("127.0.0.1"),
                    .ttl = kTtl,
                    .tos = kTos,
                    .source_port = kSourcePort,
                    .destination_port = kPort,
                    .mark = kMark};
    FakeSurroundings surroundings;

    Sent(std::uint8_t protocol, Hook hook)
    {
        lo.loopback = true;
        lo.ethernet = false;
        (hook == Hook::output ? view.out : view.in) = &lo;
        view.protocol = protocol;
        view.length = protocol == kUdp ? 38 : 60;
        view.tcp_flags = protocol == kTcp ? 2 : 0;
        if (hook == Hook::output) {
            view.socket_owner = 0;
            view.socket_group = 0;
        }
        view.ct.state = CtState::new_;
        view.ct.original = {.source = view.source,
                            .destination = view.destination,
                            .protocol = protocol,
                            .source_port = kSourcePort,
                            .destination_port = kPort};
        view.ct.reply = {.source = view.destination,
                         .destination = view.source,
                         .protocol = protocol,
                         .source_port = kPort,
                         .destination_port = kSourcePort};
        surroundings.local = {view.source};
        surroundings.routes = {{prefix("127.0.0.0/8"), &lo}};
    }
};

std::vector<unsigned> numbers_matched(const RuleSet& rules, const Sent& sent, Hook hook)
{
    std::vector<unsigned> numbers;
    for (const BaseChain& chain : rules.base_chains()) {
        if (chain.hook != hook || chain.family != HookFamily::ipv4)
            continue;
        const auto ways = rules.evaluate(chain, sent.view, sent.surroundings);
        EXPECT_EQ(ways.size(), 1U);
        for (const RuleRef* ref : ways.front().path)
            numbers.push_back(ref->number);
    }
    return numbers;
}

void expect_agreement(const std::vector<std::string>& rules,
                      const std::vector<bool>& counted,
                      const std::vector<unsigned>& matched)
{
    ASSERT_EQ(rules.size(), counted.size());
    for (std::size_t at = 0; at < rules.size(); ++at) {
        const bool ours =
            std::ranges::find(matched, static_cast<unsigned>(at + 1)) != matched.end();
        EXPECT_EQ(ours, counted[at])
            << "rule " << at + 1 << ": " << rules[at] << " "
            << (counted[at] ? "matches" : "does not match") << " in the kernel";
    }
}

// Conditions for one packet or the other; many of them hold, many do not.
const std::vector<std::string> kNftConditions = {
    "ip saddr 127.0.0.1",
    "ip saddr != 127.0.0.0/8",
    "ip daddr 127.0.0.2-127.0.0.9",
    "ip daddr { 10.0.0.0/8, 127.0.0.0/16 }",
    "ip protocol udp",
    "meta l4proto tcp",
    "meta l4proto { tcp, udp }",
    "udp dport 5300",
    "tcp dport 5300",
    "udp dport != 5300",
    "tcp dport != 5301",
    "udp sport 4000-5000",
    "tcp sport { 1, 4321 }",
    "th dport 5300",
    "th sport > 4321",
    "th sport >= 4321",
    "th sport < 4321",
    "th dport <= 5300",
    "ip ttl 33",
    "ip ttl < 33",
    "ip dscp af11",
    "ip dscp != cs1",
    "ip ecn not-ect",
    "ip length 38",
    "ip length 60",
    "ip version 4",
    "ip hdrlength 5",
    "meta length > 40",
    "meta mark 0x21",
    "meta mark and 0xf == 1",
    "meta mark & 0xf0 != 0x20",
    "meta mark or 0x10 == 0x31",
    "meta mark ^ 1 == 0x20",
    "iifname lo",
    "iifname != lo",
    "oifname \"l*\"",
    "oifname != \"e*\"",
    "iif lo",
    "oif lo",
    "iif != lo",
    "oif != lo",
    "iiftype loopback",
    "oiftype != loopback",
    "iiftype ether",
    "iifgroup default",
    "iifgroup != 7",
    "oifgroup default",
    "oifgroup 7",
    "meta protocol ip",
    "meta pkttype host",
    "meta pkttype != host",
    "ct state new",
    "ct state established,related",
    "ct state { new, related }",
    "ct state invalid",
    "ct state != established",
    "ct direction original",
    "ct direction reply",
    "ct original ip saddr 127.0.0.1",
    "meta l4proto udp ct original proto-dst 5300",
    "meta l4proto tcp ct reply proto-dst 4321",
    "ct protocol udp",
    "ct l3proto ipv4",
    "ct mark 0",
    "ct mark != 0",
    "ct zone 0",
    "fib daddr type local",
    "fib saddr type != local",
    "tcp flags syn",
    "tcp flags & (fin|syn|rst|ack) == syn",
    "tcp flags & (fin|syn) == (fin|syn)",
    "tcp flags != syn",
    "tcp flags ! ack",
    "tcp flags { syn, ack }",
    "icmp type echo-request",
    "icmp type != echo-request",
    "ip saddr . udp dport { 127.0.0.1 . 5300 }",
    "ip saddr . tcp dport { 127.0.0.0/8 . 5000-6000 }",
    "ip saddr . th dport != { 127.0.0.1 . 1 }",
    "@th,16,16 5300",
    "@nh,96,32 0x7f000001",
    "@nh,72,8 17",
    "ip frag-off & 0x1fff == 0",
    "ip frag-off & 0x1fff != 0",
    "ip daddr & 255.0.0.255 == 127.0.0.1",
    "th dport & 0xff00 == 0x1400",
    "ip saddr @s",
    "ip saddr != @s",
    "th dport @p",
    "meta l4proto . th dport @c",
    "meta l4proto . th dport vmap { udp . 5300 : continue }",
    "meta mark set meta mark",
    "meta skuid 0",
    "meta skgid != 0",
    "ip saddr 127.0.0.1 udp dport 5300 meta mark 0x21 ct state new",
    "rt ipsec missing"};
const std::vector<std::string> kNftInput = {"fib saddr . iif type local", "meta sdif 0",
                                            "meta ipsec missing"};

void compare_nft(std::uint8_t protocol, Hook hook)
{
    bring_loopback_up();
    run({"nft", "add", "table", "ip", "t"});
    run({"nft", "add set ip t s { type ipv4_addr; flags interval; elements = { 127.0.0.0/8 }; }"});
    run({"nft", "add set ip t p { type inet_service; elements = { 53, 80 }; }"});
    run({"nft", "add set ip t c { type inet_proto . inet_service; elements = { udp . 5300 }; }"});
    run({"nft", std::string("add chain ip t c { type filter hook ") +
                    (hook == Hook::output ? "output" : "input") + " priority 0; }"});
    run({"nft", "add rule ip t c th dport != 5300 accept"});
    std::vector<std::string> rules = {"guard"};
    rules.insert(rules.end(), kNftConditions.begin(), kNftConditions.end());
    if (hook == Hook::input)
        rules.insert(rules.end(), kNftInput.begin(), kNftInput.end());
    for (const std::string& condition : rules | std::views::drop(1))
        run({"nft", "add rule ip t c " + condition + " counter"});
    send_packet(protocol);
    model::Netns host;
    host.links = {link(1, "lo")};
    host.nftables = nft_listing(run({"nft", "--json", "list", "ruleset"}));
    std::vector<bool> counted;
    for (const model::NftObject& object : *host.nftables.objects) {
        if (object.kind() != "rule")
            continue;
        bool hit = false;
        for (const auto& expression : object.body()["expr"]) {
            if (expression.contains("counter"))
                hit = expression["counter"]["packets"] > 0;
        }
        counted.push_back(hit);
    }
    const RuleSet loaded_rules = loaded(host);
    for (const RuleRef& unknown : loaded_rules.unknown())
        ADD_FAILURE() << "not understood: " << unknown.text;
    expect_agreement(rules, counted, numbers_matched(loaded_rules, Sent(protocol, hook), hook));
}

const std::vector<std::string> kXtConditions = {"-s 127.0.0.1",
                                                "! -s 127.0.0.0/8",
                                                "-d 127.0.0.1/255.0.0.255",
                                                "-d 127.0.0.2",
                                                "-p udp",
                                                "! -p udp",
                                                "-p tcp",
                                                "! -p icmp",
                                                "-p udp -m udp --dport 5300",
                                                "-p udp -m udp ! --dport 5300",
                                                "-p tcp -m tcp --dport 5000:6000",
                                                "-p tcp -m tcp ! --sport 1:4321",
                                                "-p udp -m udp --sport 4321:",
                                                "-p tcp -m tcp --tcp-flags FIN,SYN,RST,ACK SYN",
                                                "-p tcp -m tcp ! --syn",
                                                "-p tcp -m tcp --tcp-flags ALL NONE",
                                                "-p tcp -m tcp ! --tcp-flags ALL FIN,PSH,URG",
                                                "-p udp -m multiport --dports 53,5300",
                                                "-p udp -m multiport --ports 4321",
                                                "-p tcp -m multiport ! --sports 4000:5000",
                                                "-p udp -m multiport ! --ports 1,2",
                                                "-p icmp -m icmp --icmp-type 8",
                                                "-m conntrack --ctstate NEW",
                                                "-m conntrack ! --ctstate NEW",
                                                "-m conntrack --ctstate INVALID,UNTRACKED",
                                                "-m conntrack --ctstate RELATED,ESTABLISHED",
                                                "-m conntrack --ctdir ORIGINAL",
                                                "-m conntrack --ctdir REPLY",
                                                "-m conntrack --ctproto 17",
                                                "-m conntrack --ctorigsrc 127.0.0.0/8",
                                                "-m conntrack ! --ctorigdst 127.0.0.1",
                                                "-m conntrack --ctorigdstport 5300",
                                                "-m conntrack --ctrepldstport 4321",
                                                "-m conntrack --ctreplsrcport 1:10",
                                                "-m conntrack --ctstate DNAT",
                                                "-m conntrack --ctstate SNAT",
                                                "-m conntrack ! --ctstate DNAT",
                                                "-m conntrack --ctstatus SEEN_REPLY",
                                                "-m conntrack ! --ctstatus ASSURED",
                                                "-m state --state NEW",
                                                "-m state ! --state ESTABLISHED",
                                                "-m addrtype --dst-type LOCAL",
                                                "-m addrtype ! --dst-type LOCAL",
                                                "-m addrtype --src-type UNICAST",
                                                "-m addrtype --src-type LOCAL --dst-type LOCAL",
                                                "-m mark --mark 0x21",
                                                "-m mark --mark 0x20/0xf0",
                                                "-m mark ! --mark 0x1/0xf",
                                                "-m connmark --mark 0x0",
                                                "-m connmark ! --mark 0x1",
                                                "-m comment --comment abc",
                                                "-m iprange --src-range 127.0.0.0-127.0.0.1",
                                                "-m iprange ! --dst-range 127.0.0.5-127.0.0.9",
                                                "-m length --length 38",
                                                "-m length ! --length 60:",
                                                "-m length --length :59",
                                                "-m ttl --ttl-eq 33",
                                                "-m ttl --ttl-lt 33",
                                                "-m ttl --ttl-gt 32",
                                                "-m ttl ! --ttl-eq 33",
                                                "-m tos --tos 0x28/0xff",
                                                "-m tos ! --tos 0x28/0xff",
                                                "-m dscp --dscp 0x0a",
                                                "-m dscp ! --dscp-class AF11",
                                                "-m pkttype --pkt-type unicast",
                                                "-m pkttype ! --pkt-type broadcast",
                                                "-f",
                                                "! -f",
                                                "-m physdev --physdev-is-bridged",
                                                "-m physdev ! --physdev-is-bridged",
                                                "-m physdev --physdev-in lo",
                                                "-m physdev ! --physdev-in lo",
                                                "-p tcp -m tcp --tcp-option 200"};
const std::vector<std::string> kXtOutput = {"-o lo",
                                            "-o l+",
                                            "! -o lo",
                                            "! -o eth+",
                                            "-o +",
                                            "-m owner --uid-owner 0",
                                            "-m owner ! --uid-owner 0",
                                            "-m owner --gid-owner 1-5",
                                            "-m owner --socket-exists",
                                            "-m owner ! --socket-exists",
                                            "-m devgroup --dst-group default",
                                            "-m devgroup ! --dst-group 0x1/0x3",
                                            "-m policy --dir out --pol none",
                                            "-m policy --dir out --pol ipsec",
                                            "-m addrtype --dst-type LOCAL --limit-iface-out"};
const std::vector<std::string> kXtInput = {"-i lo",
                                           "-i l+",
                                           "! -i lo",
                                           "! -i eth+",
                                           "-m devgroup --src-group 0",
                                           "-m devgroup --src-group 0x7",
                                           "-m policy --dir in --pol none",
                                           "-m policy --dir in --pol ipsec",
                                           "-m addrtype --dst-type LOCAL --limit-iface-in",
                                           "-m mac --mac-source 00:00:00:00:00:01"};

void compare_xt(model::XtablesBackend backend, std::uint8_t protocol, Hook hook)
{
    bring_loopback_up();
    const std::string program = model::xtables_program(backend, net::Family::ipv4);
    const std::string chain = hook == Hook::output ? "OUTPUT" : "INPUT";
    const std::string dport = std::to_string(kPort);
    const std::string name = protocol == kTcp ? "tcp" : "udp";
    const auto append = [&](const std::string& words) {
        std::vector<std::string> all = {program, "-A", chain};
        std::ranges::copy(split_words(words), std::back_inserter(all));
        run(all);
    };
    std::vector<std::string> rules = {
        "-p " + name + " -m " + name + " ! --dport " + dport + " -j ACCEPT", "-p icmp -j ACCEPT"};
    for (const auto* list : {&kXtConditions, hook == Hook::output ? &kXtOutput : &kXtInput})
        rules.insert(rules.end(), list->begin(), list->end());
    std::ranges::for_each(rules, append);
    send_packet(protocol);
    const std::string saved = run({program + "-save", "-c", "-t", "filter"});
    std::vector<bool> counted;
    const std::regex rule(R"(\[(\d+):\d+\] -A )");
    for (std::sregex_iterator found(saved.begin(), saved.end(), rule), end; found != end; ++found)
        counted.push_back((*found)[1] != "0");
    // The guard counts the answers.
    counted[0] = counted[1] = false;
    auto ruleset = formats::parse_iptables_save(saved, backend, net::Family::ipv4);
    ASSERT_TRUE(ruleset) << ruleset.error().message;
    const RuleSet loaded_rules = loaded(host_with(*ruleset));
    for (const RuleRef& unknown : loaded_rules.unknown())
        ADD_FAILURE() << "not understood: " << unknown.text;
    expect_agreement(rules, counted, numbers_matched(loaded_rules, Sent(protocol, hook), hook));
}

class OnKernel : public testing::TestWithParam<std::tuple<std::uint8_t, Hook>> {};

TEST_P(OnKernel, NftRulesMatchWhatTheKernelCounts)
{
    const auto [protocol, hook] = GetParam();
    kernel::in_own_netns([&](auto&) { compare_nft(protocol, hook); });
}

TEST_P(OnKernel, IptablesNftRulesMatchWhatTheKernelCounts)
{
    const auto [protocol, hook] = GetParam();
    kernel::in_own_netns([&](auto&) { compare_xt(model::XtablesBackend::nft, protocol, hook); });
}

TEST_P(OnKernel, IptablesLegacyRulesMatchWhatTheKernelCounts)
{
    const auto [protocol, hook] = GetParam();
    kernel::in_own_netns([&](auto&) { compare_xt(model::XtablesBackend::legacy, protocol, hook); });
}

INSTANTIATE_TEST_SUITE_P(Loopback,
                         OnKernel,
                         testing::Combine(testing::Values(kUdp, kTcp),
                                          testing::Values(Hook::output, Hook::input)));

} // namespace
} // namespace onlan::rules
