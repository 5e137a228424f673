#include "lab/paths.hpp"

#include <algorithm>
#include <array>
#include <span>

#include <linux/netlink.h>

#include "kernel/netlink_socket.hpp"
#include "kernel/rtnetlink_dump.hpp"
#include "lab/topology.hpp"

namespace onlan::lab {
namespace {

using kernel::NetnsHandle;

constexpr std::array kAll = {Protocol::tcp, Protocol::udp, Protocol::icmp};
// A port is published for these; ping reaches the host itself.
constexpr std::array kPublished = {Protocol::tcp, Protocol::udp};

struct Destination {
    std::string name;
    Target target;
    std::span<const Protocol> protocols;
};

struct Row {
    std::string from;
    const NetnsHandle& client;
    std::vector<Destination> destinations;
};

Result<Cell> try_path(const Row& row, const Destination& to)
{
    Cell cell{.from = row.from, .to = to.name, .attempts = {}, .instead = {}};
    for (const Protocol protocol : to.protocols) {
        ONLAN_TRY(const model::Outcome outcome, exchange(row.client, protocol, to.target));
        cell.attempts.push_back({row.from, to.name, protocol, outcome});
    }
    return cell;
}

Cell untried(const std::string& from, const std::string& to, const char* instead)
{
    return {.from = from, .to = to, .attempts = {}, .instead = instead};
}

} // namespace

bool Cell::all_delivered() const
{
    return std::ranges::all_of(attempts, [](const Attempt& attempt) {
        return attempt.outcome == model::Outcome::delivered;
    });
}

Result<std::vector<Cell>> try_all_paths(const Everybody& all)
{
    const auto at = [](std::string_view text) { return *net::IpAddress::parse(text); };
    const Destination router{"router", {at(kRouter), kServicePort}, kAll};
    const Destination host{"host", {at(kHost), kServicePort}, kAll};
    const Destination published{"published port", {at(kHost), kPublishedPort}, kPublished};
    const Destination container{
        "container on the LAN", {all.container_address, kServicePort}, kAll};
    const Destination second{container.name, {all.second_address, kServicePort}, kAll};
    const Destination registry{"ordinary container", {all.registry_address, kPublishedPort}, kAll};

    const std::vector<Row> rows = {
        {"container on the LAN", all.container, {router, host, published, second}},
        {"LAN machine", all.pc, {host, published, container}},
        {"host", all.host, {router, published, container, registry}},
        {"ordinary container", all.ordinary, {router, host, published, container}},
    };
    const std::vector<std::string> columns = {router.name, host.name, published.name,
                                              container.name, registry.name};
    std::vector<Cell> cells;
    for (const Row& row : rows) {
        for (const std::string& column : columns) {
            const auto to = std::ranges::find(row.destinations, column, &Destination::name);
            if (to == row.destinations.end()) {
                const bool across = column == registry.name && row.from != column;
                cells.push_back(untried(row.from, column, across ? "via its published port" : "-"));
                continue;
            }
            ONLAN_TRY(Cell cell, try_path(row, *to));
            cells.push_back(std::move(cell));
        }
    }
    return cells;
}

Result<net::IpAddress> first_address(const NetnsHandle& machine)
{
    return kernel::in_netns(machine, []() -> Result<net::IpAddress> {
        ONLAN_TRY(auto socket, kernel::NetlinkSocket::open(NETLINK_ROUTE));
        ONLAN_TRY(const auto links, kernel::dump_links(socket));
        ONLAN_TRY(const auto addresses, kernel::dump_addresses(socket));
        for (const model::Address& address : addresses) {
            const auto link = std::ranges::find(links, address.link, &model::Link::index);
            if (link != links.end() && link->name == "eth0")
                return address.local.address;
        }
        return fail(Failed::not_found, "the container has no address on eth0");
    });
}

} // namespace onlan::lab
