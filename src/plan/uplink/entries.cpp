#include "plan/uplink/entries.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "plan/names.hpp"
#include "plan/uplink/load.hpp"
#include "plan/uplink/mtu.hpp"

namespace onlan::plan {
namespace {

std::vector<SetSysctl>
copied_switches(const model::Host& host, const std::string& port, const std::string& bridge)
{
    std::vector<SetSysctl> changes;
    const auto copy = [&](const auto& folder) {
        for (const model::Sysctl& row : folder.rows) {
            const model::SysctlRef sysctl = folder.at(row);
            const std::string value(host.netns.sysctl(sysctl, port));
            const std::string before(host.netns.sysctl(sysctl, "default"));
            if (!value.empty() && value != before)
                changes.push_back(
                    {.name = sysctl.name(bridge), .value = value, .previous = before});
        }
    };
    copy(model::kIpv4Conf);
    copy(model::kIpv6Conf);
    return changes;
}

std::vector<Change>
renamed_rules(const model::Host& host, const std::string& from, const std::string& to)
{
    std::vector<Change> changes;
    for (const model::Rule& before : host.netns.policy_rules) {
        model::Rule after = before;
        if (after.input_interface == from)
            after.input_interface = to;
        if (after.output_interface == from)
            after.output_interface = to;
        if (after != before)
            changes.emplace_back(ReplaceRule{.before = before, .after = after});
    }
    return changes;
}

// Of what was moved once, what has to stay. What ends by itself is renewed by whoever gave it.
bool is_kept(const Change& change, bool bridge_exists)
{
    if (const auto* added = std::get_if<AddAddress>(&change))
        return added->address.valid == model::kForever;
    if (const auto* added = std::get_if<AddRoute>(&change))
        return added->route.expires == 0 && added->route.protocol != model::kProtocolRa;
    return std::holds_alternative<ReplaceRule>(change) ||
           (std::holds_alternative<SetSysctl>(change) && bridge_exists);
}

class UplinkEntries {
public:
    UplinkEntries(const model::Uplink& uplink, const model::Host& host)
        : uplink_(uplink), host_(host), bridge_(host.netns.find_link(uplink.bridge))
    {
        for (const std::string& name : uplink.ports) {
            if (const model::Link* port = host.netns.find_link(name))
                ports_.push_back(port);
        }
        together_ = ports_;
        if (bridge_ != nullptr)
            together_.push_back(bridge_);
    }

    std::vector<Entry> entries(const Ledger& ledger)
    {
        if (ports_.empty())
            return {};
        add_bridge(*ports_.front());
        for (const model::Link* port : ports_)
            add_port(*port);
        add_kept(ledger);
        std::ranges::stable_sort(entries_, {},
                                 [](const Entry& entry) { return kind(entry.change).phase; });
        return std::move(entries_);
    }

private:
    void add_bridge(const model::Link& first)
    {
        const Owner owner = uplink_owner(uplink_.bridge);
        add(owner, CreateBridge{.name = uplink_.bridge,
                                .mac = first.mac,
                                .mtu = smallest_mtu(uplink_.ports, host_),
                                .alias = alias()});
        if (bridge_ == nullptr) {
            for (SetSysctl& copy : copied_switches(host_, first.name, uplink_.bridge))
                add(owner, std::move(copy));
        }
        add(owner, SetUp{uplink_.bridge});
    }

    void add_port(const model::Link& port)
    {
        const Owner owner = port_owner(uplink_.bridge, port.name);
        // Two cables to one switch are a loop. The first port carries traffic before the protocol
        // starts, and goes on doing so.
        const bool ours = bridge_ == nullptr || bridge_->alias == alias();
        if (ours && port.name != uplink_.ports.front())
            add(owner, StartStp{uplink_.bridge});
        add(owner, SetUp{port.name});
        add(owner, SetMaster{.link = port.name, .master = uplink_.bridge});
        for (Change& change : moved(load_of(port, together_, host_), port.name, uplink_.bridge))
            add(owner, std::move(change));
        for (Change& change : renamed_rules(host_, port.name, uplink_.bridge))
            add(owner, std::move(change));
    }

    void add_kept(const Ledger& ledger)
    {
        for (const Entry& entry : ledger) {
            const bool known = std::ranges::any_of(entries_, [&](const Entry& other) {
                return same_object(other.change, entry.change);
            });
            if (is_mine(entry.owner) && is_kept(entry.change, bridge_ != nullptr) && !known)
                entries_.push_back(entry);
        }
    }

    [[nodiscard]] std::string alias() const
    {
        return fmt::format("onlan:{}", uplink_owner(uplink_.bridge));
    }

    [[nodiscard]] bool is_mine(const Owner& owner) const
    {
        return owner == uplink_owner(uplink_.bridge) ||
               std::ranges::any_of(uplink_.ports, [&](const std::string& port) {
                   return owner == port_owner(uplink_.bridge, port);
               });
    }

    void add(const Owner& owner, Change change)
    {
        entries_.push_back({.owner = owner, .change = std::move(change)});
    }

    const model::Uplink& uplink_;
    const model::Host& host_;
    const model::Link* bridge_;
    std::vector<const model::Link*> ports_;    // those that are there
    std::vector<const model::Link*> together_; // and the bridge
    std::vector<Entry> entries_;
};

} // namespace

std::vector<Entry>
uplink_entries(const model::Uplink& uplink, const model::Host& host, const Ledger& ledger)
{
    return UplinkEntries(uplink, host).entries(ledger);
}

} // namespace onlan::plan
