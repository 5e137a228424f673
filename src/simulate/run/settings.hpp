#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

#include "model/netns.hpp"
#include "model/sysctls.hpp"

namespace onlan::simulate {

// A sysctl as it stands, and by which name a reader can change it.
struct Setting {
    int value = 0;
    model::SysctlRef sysctl;
    std::string_view scope; // "all" or the device, whichever decides; empty of a namespace's own

    [[nodiscard]] std::string name() const; // "net.ipv4.conf.all.rp_filter"
};

// The sysctls of a folder: settings["rp_filter"]. What model/sysctls.hpp does not list, or is not a
// number, does not compile.
template <const auto& Folder>
class Settings {
public:
    class Row {
    public:
        // NOLINTNEXTLINE(google-explicit-constructor): a row is asked for by its name
        consteval Row(const char* name) : index_(Folder.index(name))
        {
            if (!Folder.rows[index_].usual)
                throw "it is not a number";
        }

    private:
        friend Settings;
        std::size_t index_;
    };
    // The value of each row.
    using Values = std::array<int, Folder.rows.size()>;

    Settings() = default;
    explicit Settings(const Values& values) : values_(values) {}
    // As the kernel combines those of "all" with a device's own.
    Settings(std::string_view device, const Values& all, const Values& own);

    [[nodiscard]] Setting operator[](Row row) const
    {
        const std::size_t i = row.index_;
        return {.value = values_[i],
                .sysctl = Folder.at(Folder.rows[i]),
                .scope = decided_by_all_[i] ? std::string_view("all") : device_};
    }

private:
    std::string_view device_;
    Values values_{};
    std::array<bool, Folder.rows.size()> decided_by_all_{};
};

struct DeviceSettings {
    Settings<model::kIpv4Conf> ipv4;
    Settings<model::kIpv6Conf> ipv6;
    Settings<model::kIpv4Neigh> arp;

    // Whether what comes in by the device may go on (ip_forward(), ip6_forward()).
    [[nodiscard]] Setting forwarding(net::Family family) const;
};

// Tells the settings of a namespace's devices. It keeps what "all" says.
class DevicesSettings {
public:
    explicit DevicesSettings(const model::Netns& netns);
    // Refers to `device`.
    [[nodiscard]] DeviceSettings of(std::string_view device) const;

private:
    const model::Netns& netns_;
    Settings<model::kIpv4Conf>::Values ipv4_;
    Settings<model::kIpv6Conf>::Values ipv6_;
};

struct NetnsSettings {
    bool br_netfilter = false; // is the module there?
    Settings<model::kBridgeSysctls> bridge;
    Settings<model::kIpv4Sysctls> ipv4;
    Settings<model::kIcmpv6Sysctls> icmpv6;
    Settings<model::kNetfilterSysctls> netfilter;
};
[[nodiscard]] NetnsSettings netns_settings(const model::Netns& netns);

} // namespace onlan::simulate
