#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "model/host.hpp"
#include "model/intent.hpp"
#include "plan/changes/change.hpp"

namespace onlan::plan {

// An uplink bridge with all that it carries, whether `up` has made it already or not.
struct ExportedUplink {
    model::Uplink uplink;
    std::optional<net::MacAddress> mac;
    std::uint32_t mtu = 0;
    bool dhcp4 = false; // an address comes from DHCP…
    bool ipv6_ra =
        false; // …or from a router advertisement, so neither it nor its routes are written
    std::vector<model::Address> addresses;
    std::vector<model::Route> routes;
    std::vector<model::Rule> rules; // that name the link, or lead into a table of its routes
};

struct ExportedLan {
    std::string name;
    std::string uplink_bridge;
    CreateVeth cable;
    std::optional<CreateBridge> second_bridge;
};

struct ExportedLinks {
    std::vector<ExportedUplink> made_uplinks; // those of which the configuration names the ports
    std::vector<ExportedLan> lans;
};

[[nodiscard]] ExportedLinks exported_links(const model::Intent& intent, const model::Host& host);

} // namespace onlan::plan
