// JSON, whatever printed it: its keys tell. `ip -json`, `bridge -json`, `nft --json`, `docker
// inspect`.

#include <algorithm>
#include <array>

#include <nlohmann/json.hpp>

#include "base/json_document.hpp"
#include "formats/ip_json.hpp"
#include "formats/text/form.hpp"
#include "formats/text/json_forms.hpp"
#include "formats/text/words.hpp"

namespace onlan::formats::text {
namespace {

using nlohmann::json;

bool has(const json& object, std::initializer_list<const char*> keys)
{
    return std::ranges::all_of(keys, [&](const char* key) { return object.contains(key); });
}

// Moves what a reader of a list gives to the end of `into`.
template <typename Value>
Result<> append(Result<std::vector<Value>> read, std::vector<Value>& into)
{
    ONLAN_TRY(std::vector<Value> values, std::move(read));
    std::ranges::move(values, std::back_inserter(into));
    return {};
}

net::Family family_asked(const Excerpt& excerpt)
{
    return excerpt.asked("-6") ? net::Family::ipv6 : net::Family::ipv4;
}

Result<> read_links(const Excerpt& excerpt, const json& first, Part& part)
{
    const std::string text = excerpt.text();
    const bool details = first.contains("linkinfo") || first.contains("promiscuity");
    if (part.netns.links.empty() || details) {
        ONLAN_TRY(part.netns.links, links_from_ip(text));
        part.told.insert(Topic::devices);
    }
    if (details)
        part.told.insert(Topic::kinds);
    if (!first.contains("addr_info"))
        return {};
    ONLAN_TRY(part.netns.addresses, addresses_from_ip(text));
    part.told.insert(Topic::addresses);
    return {};
}

Result<> read_routes(const Excerpt& excerpt, const json& rows, Part& part)
{
    const net::Family family = family_asked(excerpt);
    for (const json& row : rows) {
        if (row.is_object() && row.contains("dev") && row["dev"].is_string())
            part.device(row["dev"].get<std::string>());
        if (row.is_object() && row.contains("table"))
            part.told.insert(Topic::local_routes);
    }
    part.told.insert(family == net::Family::ipv6 ? Topic::routes6 : Topic::routes);
    return append(routes_from_ip(excerpt.text(), part.netns.links, family), part.netns.routes);
}

// What a list of iproute2 is about is seen in its first row.
Result<> read_rows(const Excerpt& excerpt, const json& rows, Part& part)
{
    const json& first = rows.front();
    if (has(first, {"ifindex", "ifname"}))
        return read_links(excerpt, first, part);
    if (has(first, {"dst", "state"}))
        return append(neighbours_from_ip(excerpt.text(), part.netns.links), part.netns.neighbours);
    if (has(first, {"mac", "ifname"})) {
        part.told.insert(Topic::fdb);
        return append(fdb_from_bridge(excerpt.text(), part.netns.links), part.netns.fdb);
    }
    if (has(first, {"priority", "src"})) {
        const net::Family family = family_asked(excerpt);
        part.told.insert(family == net::Family::ipv4 ? Topic::policy_rules : Topic::policy_rules6);
        return append(rules_from_ip(excerpt.text(), family), part.netns.policy_rules);
    }
    if (has(first, {"dst"}))
        return read_routes(excerpt, rows, part);
    return fail(Failed::parse, "JSON of no program that onlan reads");
}

Result<> read_document(const Excerpt& excerpt, Paste& paste)
{
    ONLAN_TRY(const json document, parse_json_document(excerpt.text()));
    if (document.is_object() && document.contains("nftables")) {
        Part& part = paste.part(excerpt);
        ONLAN_TRY(part.netns.nftables, model::NftListing::from(document));
        part.told.insert(Topic::nftables);
        return {};
    }
    if (is_docker_object(document))
        return read_docker_object(document, paste);
    if (!document.is_array() || document.empty())
        return fail(Failed::parse, "JSON of no program that onlan reads");
    if (!is_docker_object(document.front()))
        return read_rows(excerpt, document, paste.part(excerpt));
    for (const json& object : document)
        ONLAN_CHECK(read_docker_object(object, paste));
    return {};
}

void read_documents(const Excerpt& excerpt, Paste& paste)
{
    if (const auto done = read_document(excerpt, paste); !done && !excerpt.lines.empty())
        paste.not_used(excerpt.lines.front(), done.error().message);
}

bool asks_documents(const Command& command)
{
    const auto has_option = [&](std::string_view prefix) {
        return std::ranges::any_of(
            command, [&](const std::string& word) { return word.starts_with(prefix); });
    };
    const std::string& program = command.front();
    if (program == "ip" || program == "bridge" || program == "nft")
        return has_option("-j") || has_option("--j") || has_option("-d -j");
    return (program == "docker" || program == "podman") &&
           std::ranges::find(command, "inspect") != command.end();
}

bool begins_documents(std::string_view line)
{
    const std::string_view text = trimmed(line);
    return text == "[" || text == "{" || text == "[{" || text.starts_with("[{\"") ||
           text.starts_with("{\"nftables\"") || text.starts_with("[ {") ||
           text.starts_with("{ \"nftables\"");
}

} // namespace

namespace forms {

std::span<const Form> json_documents()
{
    static constexpr auto kRows =
        std::to_array<Form>({{"ip -json", asks_documents, begins_documents, read_documents}});
    return kRows;
}

} // namespace forms
} // namespace onlan::formats::text
