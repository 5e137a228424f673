#include "redact/names.hpp"

#include <algorithm>
#include <array>
#include <span>

#include <fmt/format.h>

namespace onlan::redact {
namespace {

// What names of interfaces begin with that a kernel, a program or a habit gave them; of two that
// fit the longer one.
constexpr std::array<std::string_view, 33> kStems = {
    "bond", "br",  "br-",  "cali",  "cilium_", "cni",  "docker",  "dummy", "en",     "eno",  "enp",
    "ens",  "enx", "eth",  "in-",   "kube-",   "lxc",  "macvtap", "on-",   "podman", "tap",  "team",
    "tun",  "up-", "veth", "virbr", "vlan",    "vnet", "vxlan",   "wg",    "wl",     "wlan", "wlp"};

std::string_view stem_of(std::string_view name)
{
    std::string_view longest = "net";
    std::size_t most = 0;
    for (const std::string_view stem : kStems) {
        if (name.starts_with(stem) && stem.size() > most) {
            longest = stem;
            most = stem.size();
        }
    }
    return longest;
}

bool is_everywhere(std::string_view name)
{
    const auto is_number = [](std::string_view digits) {
        return !digits.empty() && digits.size() < 3 &&
               std::ranges::all_of(digits, [](char c) { return c >= '0' && c <= '9'; });
    };
    return name.empty() || name == "lo" || name == "docker0" || name == "docker_gwbridge" ||
           (name.starts_with("eth") && is_number(name.substr(3)));
}

} // namespace

const std::string& Names::give(const std::string& name, std::string_view stem)
{
    const auto known = names_.find(name);
    if (known != names_.end())
        return known->second;
    unsigned& number = given_[std::string(stem)];
    // Not a name that somebody else has or will want to keep.
    std::string other;
    do
        other = fmt::format("{}{}", stem, ++number);
    while (names_.contains(other) || is_everywhere(other) || other == name);
    return names_.emplace(name, std::move(other)).first->second;
}

const std::string& Names::link(const std::string& name)
{
    if (is_everywhere(name))
        return names_.emplace(name, name).first->second;
    return give(name, stem_of(name));
}

const std::string& Names::of(std::string_view kind, const std::string& name)
{
    if (name.empty())
        return names_.emplace(name, name).first->second;
    return give(name, fmt::format("{}-", kind));
}

const std::string& Names::id(const std::string& id)
{
    const auto known = names_.find(id);
    if (known != names_.end())
        return known->second;
    std::string other;
    for (std::uint8_t part = 0; other.size() < id.size(); ++part) {
        std::string counted = id;
        counted += static_cast<char>(part);
        other += fmt::format(
            "{:016x}", keyed_hash(key_, {reinterpret_cast<const std::uint8_t*>(counted.data()),
                                         counted.size()}));
    }
    other.resize(id.size());
    return names_.emplace(id, std::move(other)).first->second;
}

const std::string* Names::find(std::string_view name) const
{
    const auto found = names_.find(name);
    return found == names_.end() ? nullptr : &found->second;
}

} // namespace onlan::redact
