#include "collect/folder.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <optional>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/file.hpp"
#include "base/json_document.hpp"
#include "formats/ip_json.hpp"
#include "formats/ip_vs.hpp"
#include "formats/ipset_save.hpp"
#include "formats/iptables_save.hpp"
#include "formats/lists.hpp"
#include "formats/paste.hpp"
#include "model/snapshot_json.hpp"

namespace onlan::collect {
namespace {

using model::XtablesBackend;
using net::Family;

constexpr std::size_t kLargest = std::size_t{256} << 20;
constexpr std::size_t kLargestPaste = std::size_t{16} << 20;

// Takes the files of one folder, and knows afterwards whether there were any.
class Folder {
public:
    explicit Folder(std::filesystem::path path) : path_(std::move(path)) {}

    // Hands the text of a file to `parse`, and what that makes of it to `into`.
    template <typename Value, typename Parse>
    Result<> read(const char* name, Value& into, Parse parse)
    {
        return with(name, [&](const std::string& text) -> Result<> {
            ONLAN_TRY(into, parse(text));
            return {};
        });
    }
    // The same for what is in several files.
    template <typename Value, typename Parse>
    Result<> append(const char* name, std::vector<Value>& into, Parse parse)
    {
        return with(name, [&](const std::string& text) -> Result<> {
            ONLAN_TRY(auto values, parse(text));
            std::ranges::move(values, std::back_inserter(into));
            return {};
        });
    }
    [[nodiscard]] bool had_any() const noexcept { return had_any_; }

private:
    Result<> with(const char* name, const std::function<Result<>(const std::string&)>& take)
    {
        const std::filesystem::path file = path_ / name;
        const auto text = read_file(file, kLargest);
        if (!text && text.error().code == std::errc::no_such_file_or_directory)
            return {};
        if (!text)
            return Failure{text.error()};
        had_any_ = true;
        auto taken = take(*text);
        if (!taken)
            return Failure{std::move(taken).error().within(file.string())};
        return {};
    }

    std::filesystem::path path_;
    bool had_any_ = false;
};

// Both backends call themselves iptables-save; only the newer one says which it is.
Result<model::XtablesRuleset> ruleset_from(const std::string& text, Family family)
{
    const bool nft = text.substr(0, text.find('\n')).find("nf_tables") != std::string::npos;
    return formats::parse_iptables_save(text, nft ? XtablesBackend::nft : XtablesBackend::legacy,
                                        family);
}

Result<> read_rules(Folder& folder, model::Netns& netns)
{
    const auto add = [&](const char* name, Family family) {
        return folder.append(name, netns.xtables, [&](const std::string& text) {
            return ruleset_from(text, family).map([](model::XtablesRuleset ruleset) {
                return std::vector{std::move(ruleset)};
            });
        });
    };
    for (const char* name : {"iptables-save", "iptables-nft-save", "iptables-legacy-save"})
        ONLAN_CHECK(add(name, Family::ipv4));
    for (const char* name : {"ip6tables-save", "ip6tables-nft-save", "ip6tables-legacy-save"})
        ONLAN_CHECK(add(name, Family::ipv6));
    ONLAN_CHECK(folder.read("ipset-save", netns.ipsets, formats::parse_ipset_save));
    return folder.read("nft.json", netns.nftables,
                       [](const std::string& text) -> Result<model::NftListing> {
                           ONLAN_TRY(auto document, parse_json_document(text));
                           return model::NftListing::from(std::move(document));
                       });
}

Result<> read_network(Folder& folder, model::Netns& netns)
{
    ONLAN_CHECK(folder.read("ip-addr.json", netns.links, formats::links_from_ip));
    ONLAN_CHECK(folder.read("ip-link.json", netns.links, formats::links_from_ip));
    ONLAN_CHECK(folder.read("ip-addr.json", netns.addresses, formats::addresses_from_ip));
    const auto routes = [&](Family family) {
        return [&netns, family](const std::string& text) {
            return formats::routes_from_ip(text, netns.links, family);
        };
    };
    ONLAN_CHECK(folder.append("ip-route.json", netns.routes, routes(Family::ipv4)));
    ONLAN_CHECK(folder.append("ip-route6.json", netns.routes, routes(Family::ipv6)));
    const auto rules = [](Family family) {
        return [family](const std::string& text) { return formats::rules_from_ip(text, family); };
    };
    ONLAN_CHECK(folder.append("ip-rule.json", netns.policy_rules, rules(Family::ipv4)));
    ONLAN_CHECK(folder.append("ip-rule6.json", netns.policy_rules, rules(Family::ipv6)));
    ONLAN_CHECK(folder.read("ip-neigh.json", netns.neighbours, [&](const std::string& text) {
        return formats::neighbours_from_ip(text, netns.links);
    }));
    return folder.read("bridge-fdb.json", netns.fdb, [&](const std::string& text) {
        return formats::fdb_from_bridge(text, netns.links);
    });
}

// The kernel that the switches are of has what they belong to.
std::map<std::string, bool> features_by_sysctls(const model::Netns& host)
{
    if (host.sysctls.empty())
        return {};
    return {
        {"br_netfilter", !host.sysctl(model::kBridgeSysctls["bridge-nf-call-iptables"]).empty()},
        {"nf_conntrack", !host.sysctl(model::kNetfilterSysctls["nf_conntrack_max"]).empty()}};
}

// What is for a virtual service of IPVS is taken before a socket sees it (ip_vs_remote_request()).
Result<> read_virtual_services(Folder& folder, model::Netns& host)
{
    std::string told;
    ONLAN_CHECK(folder.read("ip_vs", told, [](const std::string& text) {
        return Result<std::string>(formats::virtual_services_sentence(text));
    }));
    const bool in_kernel = std::ranges::any_of(
        host.sysctls, [](const auto& one) { return one.first.starts_with("net.ipv4.vs."); });
    if (told.empty() && in_kernel)
        told = "IPVS may take what is for a virtual service of its own; `cat /proc/net/ip_vs > "
               "ip_vs` tells which there are";
    if (!told.empty())
        host.unread.push_back(std::move(told));
    return {};
}

Result<model::Snapshot> load_folder(const std::filesystem::path& path)
{
    Folder folder(path);
    model::Netns host{.name = "host", .inode = 1};
    ONLAN_CHECK(read_network(folder, host));
    ONLAN_CHECK(read_rules(folder, host));
    ONLAN_CHECK(folder.read("sysctl", host.sysctls, formats::parse_sysctl_list));
    ONLAN_CHECK(folder.read("conntrack", host.conntrack, formats::parse_conntrack_list));
    ONLAN_CHECK(read_virtual_services(folder, host));
    if (!folder.had_any())
        return fail(Failed::not_found,
                    fmt::format("{}: it contains none of the files that a snapshot can be read "
                                "from, such as ip-link.json or iptables-save",
                                path.string()));
    model::Snapshot snapshot;
    snapshot.features = features_by_sysctls(host);
    snapshot.namespaces.push_back(std::move(host));
    snapshot.docker_missing = "a folder of files says nothing about it";
    return snapshot;
}

// The files of a folder, where some of them are texts for people: then all of them are read as what
// somebody pasted. None where there is no such text.
Result<std::vector<formats::PastedText>> texts_in(const std::filesystem::path& folder)
{
    constexpr auto kTexts =
        std::to_array<std::string_view>({".txt", ".log", ".md", ".yml", ".yaml"});
    std::vector<std::filesystem::path> files;
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
        std::error_code ignored;
        if (entry.is_regular_file(ignored))
            files.push_back(entry.path());
    }
    const bool for_people = std::ranges::any_of(files, [&](const std::filesystem::path& file) {
        return std::ranges::find(kTexts, file.extension().string()) != kTexts.end();
    });
    std::vector<formats::PastedText> texts;
    if (!for_people)
        return texts;
    std::ranges::sort(files);
    for (const std::filesystem::path& file : files) {
        ONLAN_TRY(std::string text, read_file(file, kLargestPaste));
        texts.push_back({.name = file.filename().string(), .text = std::move(text)});
    }
    return texts;
}

Loaded loaded(formats::Pasted pasted)
{
    return {.snapshot = std::move(pasted.snapshot), .unused = std::move(pasted.unused)};
}

} // namespace

Result<Loaded> load_snapshot(const std::filesystem::path& path)
{
    std::error_code ignored;
    if (std::filesystem::is_directory(path, ignored)) {
        ONLAN_TRY(const auto texts, texts_in(path));
        if (!texts.empty())
            return loaded(formats::read_paste(texts));
        ONLAN_TRY(auto listed, load_folder(path));
        return Loaded{.snapshot = std::move(listed), .unused = {}};
    }
    ONLAN_TRY(const std::string text, read_file(path, kLargest));
    auto snapshot = model::snapshot_from_json(text);
    if (!snapshot)
        return Failure{std::move(snapshot).error().within(path.string())};
    return Loaded{.snapshot = *std::move(snapshot), .unused = {}};
}

Result<Loaded> load_paste(const std::filesystem::path& path)
{
    ONLAN_TRY(std::string text, read_file(path == "-" ? "/dev/stdin" : path, kLargestPaste));
    const formats::PastedText pasted{.name = {}, .text = std::move(text)};
    return loaded(formats::read_paste({&pasted, 1}));
}

} // namespace onlan::collect
