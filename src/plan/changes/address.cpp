#include "plan/changes/address.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "plan/changes/netns_effects.hpp"
#include "plan/changes/shell.hpp"

namespace onlan::plan {
namespace {

bool has_address(const model::Netns& netns, const std::string& name, const model::Address& address)
{
    const model::Link* link = netns.find_link(name);
    return link != nullptr &&
           std::ranges::any_of(netns.addresses, [&](const model::Address& other) {
               return other.link == link->index && other.local == address.local;
           });
}

} // namespace

std::string AddAddress::describe() const
{
    return fmt::format("add {} to {}", address.local.to_string(), link);
}

Result<Commands> AddAddress::commands() const
{
    return Commands{shell_line({"ip", "address", "add"}, address_words(link, address))};
}

bool AddAddress::holds(const model::Host& host) const
{
    return has_address(host.netns, link, address);
}

void AddAddress::effect(const Place& at) const
{
    if (const model::Link* found = at.netns.find_link(link))
        add_address(at.netns, *found, address);
}

RemoveAddress AddAddress::inverse() const
{
    return {.link = link, .address = address};
}

AddAddress AddAddress::essence() const
{
    return {.link = link, .address = {.local = address.local}};
}

std::string RemoveAddress::describe() const
{
    return fmt::format("remove {} from {}", address.local.to_string(), link);
}

Result<Commands> RemoveAddress::commands() const
{
    return Commands{shell_line({"ip", "address", "del"}, address_key_words(link, address))};
}

bool RemoveAddress::holds(const model::Host& host) const
{
    return !has_address(host.netns, link, address);
}

void RemoveAddress::effect(const Place& at) const
{
    if (const model::Link* found = at.netns.find_link(link))
        remove_address(at.netns, *found, address);
}

AddAddress RemoveAddress::inverse() const
{
    return {.link = link, .address = address};
}

} // namespace onlan::plan
