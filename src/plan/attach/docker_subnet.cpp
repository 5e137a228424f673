#include "plan/attach/docker_subnet.hpp"

#include <map>
#include <string>

#include <fmt/format.h>

namespace onlan::plan {
namespace {

std::map<std::string, net::IpAddress>
reserved_addresses(const model::Lan& lan, const model::LanSubnet& wanted, const Request& request)
{
    std::map<std::string, net::IpAddress> reserved;
    const auto reserve = [&](std::string_view why, const net::IpAddress& address) {
        if (wanted.subnet.contains(address) && wanted.gateway != address)
            reserved.emplace(fmt::format("{}-{}", why, address.to_string()), address);
    };
    for (const net::IpAddress& address : outside_pool(wanted))
        reserve("outside-pool", address);
    if (const model::Link* uplink = request.host.netns.find_link(lan.uplink.bridge)) {
        for (const model::Address& address : request.host.netns.addresses) {
            if (address.link == uplink->index)
                reserve("host", address.local.address);
        }
    }
    for (const net::IpAddress& address : request.survey.in_use)
        reserve("in-use", address);
    return reserved;
}

} // namespace

model::DockerSubnet
docker_subnet(const model::Lan& lan, const model::LanSubnet& wanted, const Request& request)
{
    model::DockerSubnet subnet{.subnet = wanted.subnet,
                               .gateway = wanted.gateway,
                               .range = {},
                               .reserved = reserved_addresses(lan, wanted, request)};
    if (wanted.pool)
        subnet.range = wanted.pool->enclosing_prefix();
    return subnet;
}

std::vector<net::IpAddress> outside_pool(const model::LanSubnet& subnet)
{
    if (!subnet.pool)
        return {};
    const net::Prefix block = subnet.pool->enclosing_prefix();
    std::vector<net::IpAddress> outside;
    const auto is_enough = [&] { return outside.size() > kMostReserved; };
    for (auto below = block.first(); below != subnet.pool->first && !is_enough();
         below = below.next())
        outside.push_back(below);
    for (auto above = subnet.pool->last; above != block.last() && !is_enough();) {
        above = above.next();
        outside.push_back(above);
    }
    return outside;
}

} // namespace onlan::plan
