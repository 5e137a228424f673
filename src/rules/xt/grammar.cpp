#include "rules/xt/grammar.hpp"

#include <algorithm>
#include <array>

#include "net/protocols.hpp"
#include "rules/machine/symbols.hpp"

namespace onlan::rules::xt {
namespace {

struct Options {
    std::string_view extension;
    std::string_view names;
};
constexpr auto kMatches = std::to_array<Options>({
    {"addrtype", "--src-type --dst-type --limit-iface-in --limit-iface-out"},
    {"ah", "--ahspi --ahlen --ahres"},
    {"bpf", "--bytecode --object-pinned"},
    {"cgroup", "--path --cgroup"},
    {"cluster", "--cluster-total-nodes --cluster-local-node --cluster-local-nodemask "
                "--cluster-hash-seed"},
    {"comment", "--comment"},
    {"connbytes", "--connbytes --connbytes-dir --connbytes-mode"},
    {"connlabel", "--label --set"},
    {"connlimit", "--connlimit-upto --connlimit-above --connlimit-mask --connlimit-saddr "
                  "--connlimit-daddr"},
    {"connmark", "--mark"},
    {"conntrack", "--ctstate --ctproto --ctorigsrc --ctorigdst --ctreplsrc --ctrepldst "
                  "--ctorigsrcport --ctorigdstport --ctreplsrcport --ctrepldstport --ctstatus "
                  "--ctexpire --ctdir --state"},
    {"cpu", "--cpu"},
    {"dccp", "--source-port --sport --destination-port --dport --dccp-types --dccp-option"},
    {"devgroup", "--src-group --dst-group"},
    {"dscp", "--dscp --dscp-class"},
    {"dst", "--dst-len --dst-opts"},
    {"ecn", "--ecn-tcp-cwr --ecn-tcp-ece --ecn-ip-ect"},
    {"esp", "--espspi"},
    {"eui64", ""},
    {"frag", "--fragid --fraglen --fragres --fragfirst --fragmore --fraglast"},
    {"hashlimit", "--hashlimit --hashlimit-upto --hashlimit-above --hashlimit-burst "
                  "--hashlimit-mode --hashlimit-srcmask --hashlimit-dstmask --hashlimit-name "
                  "--hashlimit-htable-size --hashlimit-htable-max --hashlimit-htable-expire "
                  "--hashlimit-htable-gcinterval --hashlimit-rate-match "
                  "--hashlimit-rate-interval"},
    {"hbh", "--hbh-len --hbh-opts"},
    {"helper", "--helper"},
    {"hl", "--hl-eq --hl-lt --hl-gt"},
    {"icmp", "--icmp-type"},
    {"icmp6", "--icmpv6-type"},
    {"iprange", "--src-range --dst-range"},
    {"ipv6header", "--soft --header"},
    {"ipvs", "--ipvs --vproto --vaddr --vport --vdir --vmethod --vportctl"},
    {"length", "--length"},
    {"limit", "--limit --limit-burst"},
    {"mac", "--mac-source"},
    {"mark", "--mark"},
    {"mh", "--mh-type"},
    {"multiport", "--source-ports --sports --destination-ports --dports --ports"},
    {"nfacct", "--nfacct-name"},
    {"osf", "--genre --ttl --log"},
    {"owner", "--uid-owner --gid-owner --socket-exists --suppl-groups"},
    {"physdev", "--physdev-in --physdev-out --physdev-is-in --physdev-is-out "
                "--physdev-is-bridged"},
    {"pkttype", "--pkt-type"},
    {"policy", "--dir --pol --strict --reqid --spi --proto --mode --tunnel-src --tunnel-dst "
               "--next"},
    {"quota", "--quota"},
    {"realm", "--realm"},
    {"recent", "--set --rcheck --update --remove --seconds --reap --hitcount --rttl --name --mask "
               "--rsource --rdest"},
    {"rpfilter", "--loose --validmark --accept-local --invert"},
    {"rt", "--rt-type --rt-segsleft --rt-len --rt-0-res --rt-0-addrs --rt-0-not-strict"},
    {"sctp", "--source-port --sport --destination-port --dport --chunk-types"},
    {"set", "--match-set --return-nomatch --update-counters --update-subcounters --packets-eq "
            "--packets-lt --packets-gt --bytes-eq --bytes-lt --bytes-gt"},
    {"socket", "--transparent --nowildcard --restore-skmark"},
    {"state", "--state"},
    {"statistic", "--mode --probability --every --packet"},
    {"string", "--from --to --algo --string --hex-string --icase"},
    {"tcp", "--source-port --sport --destination-port --dport --syn --tcp-flags --tcp-option"},
    {"tcpmss", "--mss"},
    {"time", "--datestart --datestop --timestart --timestop --monthdays --weekdays --contiguous "
             "--kerneltz --utc --localtz"},
    {"tos", "--tos"},
    {"ttl", "--ttl-eq --ttl-lt --ttl-gt"},
    {"u32", "--u32"},
    {"udp", "--source-port --sport --destination-port --dport"},
    {"udplite", "--source-port --sport --destination-port --dport"},
});
constexpr auto kTargets = std::to_array<Options>({
    {"AUDIT", "--type"},
    {"CHECKSUM", "--checksum-fill"},
    {"CLASSIFY", "--set-class"},
    {"CONNMARK", "--set-xmark --set-mark --and-mark --or-mark --xor-mark --save-mark "
                 "--restore-mark --nfmask --ctmask --mask --left-shift-mark --right-shift-mark"},
    {"CONNSECMARK", "--save --restore"},
    {"CT", "--notrack --helper --timeout --ctevents --expevents --zone --zone-orig --zone-reply"},
    {"DNAT", "--to-destination --random --persistent"},
    {"DSCP", "--set-dscp --set-dscp-class"},
    {"ECN", "--ecn-tcp-remove"},
    {"HL", "--hl-set --hl-dec --hl-inc"},
    {"IDLETIMER", "--timeout --label --alarm"},
    {"LOG", "--log-level --log-prefix --log-tcp-sequence --log-tcp-options --log-ip-options "
            "--log-uid --log-macdecode"},
    {"MARK", "--set-xmark --set-mark --and-mark --or-mark --xor-mark"},
    {"MASQUERADE", "--to-ports --random --random-fully"},
    {"NETMAP", "--to"},
    {"NFLOG", "--nflog-group --nflog-prefix --nflog-range --nflog-size --nflog-threshold"},
    {"NFQUEUE", "--queue-num --queue-balance --queue-bypass --queue-cpu-fanout"},
    {"REDIRECT", "--to-ports --random"},
    {"REJECT", "--reject-with"},
    {"SECMARK", "--selctx"},
    {"SET", "--add-set --del-set --map-set --timeout --exist --map-mark --map-prio --map-queue"},
    {"SNAT", "--to-source --random --random-fully --persistent"},
    {"SYNPROXY", "--sack-perm --timestamp --wscale --mss --ecn"},
    {"TCPMSS", "--set-mss --clamp-mss-to-pmtu"},
    {"TCPOPTSTRIP", "--strip-options"},
    {"TEE", "--gateway"},
    {"TOS", "--set-tos --and-tos --or-tos --xor-tos"},
    {"TPROXY", "--on-port --on-ip --tproxy-mark"},
    {"TTL", "--ttl-set --ttl-dec --ttl-inc"},
    {"ULOG", "--ulog-nlgroup --ulog-prefix --ulog-cprange --ulog-qthreshold"},
});

struct BaseOption {
    std::string_view brief;
    std::string_view name;
};
constexpr auto kBase = std::to_array<BaseOption>({
    {"-s", "--source"},
    {"-s", "--src"},
    {"-d", "--destination"},
    {"-d", "--dst"},
    {"-i", "--in-interface"},
    {"-o", "--out-interface"},
    {"-p", "--protocol"},
    {"-f", "--fragments"},
    {"-m", "--match"},
    {"-j", "--jump"},
    {"-g", "--goto"},
});

const Options* options_of(std::string_view extension)
{
    const auto* const match = std::ranges::find(kMatches, extension, &Options::extension);
    if (match != kMatches.end())
        return match;
    const auto* const target = std::ranges::find(kTargets, extension, &Options::extension);
    return target != kTargets.end() ? target : nullptr;
}

// Calls `take` for each of the names, which blanks separate.
template <typename Take>
void for_each_name(std::string_view names, Take take)
{
    while (!names.empty()) {
        const std::size_t end = std::min(names.find(' '), names.size());
        take(names.substr(0, end));
        names.remove_prefix(std::min(end + 1, names.size()));
    }
}

constexpr std::size_t kShortest = 3; // of an abbreviation: "--" and a letter

} // namespace

bool has_grammar(std::string_view extension)
{
    return options_of(extension) != nullptr;
}

std::string_view option_of(std::string_view extension, std::string_view word, Spelling spelling)
{
    const Options* options = options_of(extension);
    if (options == nullptr || word.size() < kShortest)
        return {};
    std::string_view exact;
    std::string_view begun;
    unsigned beginnings = 0;
    for_each_name(options->names, [&](std::string_view name) {
        exact = name == word ? name : exact;
        if (name.starts_with(word)) {
            begun = name;
            ++beginnings;
        }
    });
    if (!exact.empty() || spelling == Spelling::exact)
        return exact;
    return beginnings == 1 ? begun : std::string_view{};
}

std::string_view base_option(std::string_view word)
{
    std::string_view begun;
    for (const BaseOption& option : kBase) {
        if (word == option.brief || word == option.name)
            return option.brief;
        if (word.size() < kShortest || !option.name.starts_with(word))
            continue;
        if (!begun.empty() && begun != option.brief)
            return {};
        begun = option.brief;
    }
    return begun;
}

std::string_view match_of_protocol(std::uint64_t protocol)
{
    constexpr auto kMatchOf = std::to_array<Symbol>({{"tcp", net::kTcp},
                                                     {"udp", net::kUdp},
                                                     {"udplite", net::kUdplite},
                                                     {"icmp", net::kIcmp},
                                                     {"icmp6", net::kIcmpv6},
                                                     {"sctp", net::kSctp},
                                                     {"dccp", net::kDccp},
                                                     {"esp", 50},
                                                     {"ah", 51},
                                                     {"mh", 135}});
    const auto* const found = std::ranges::find(kMatchOf, protocol, &Symbol::number);
    return found == kMatchOf.end() ? std::string_view{} : found->name;
}

} // namespace onlan::rules::xt
