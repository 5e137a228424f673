#pragma once

#include <string>
#include <string_view>

#include "plan/changes/kind.hpp"

namespace onlan::plan {

// What the kernel makes of a request in a namespace of a snapshot, with all that it does of its own
// accord and that decides where packets go.

[[nodiscard]] model::Link* find_link(model::Netns& netns, std::string_view name);

// Is the link there, and marked so?
[[nodiscard]] bool carries(const model::Link* link, std::string_view alias);

// Returns its index: the next that is free. Its switches begin as "default" has them
// (net/ipv4/devinet.c, inetdev_init(); net/ipv6/addrconf.c, ipv6_add_dev()).
int add_link(model::Netns& netns, model::Link link);
// With all that hangs on it.
void delete_link(const Place& at, const std::string& name);

void set_up(const Place& at, model::Link& link);
void set_down(const Place& at, model::Link& link);
void make_port(model::Netns& netns, model::Link& link, const model::Link& bridge);
void release_port(model::Netns& netns, model::Link& link);
void start_stp(model::Link& bridge);
void stop_stp(model::Netns& netns, model::Link& bridge);

void add_address(model::Netns& netns, const model::Link& link, model::Address address);
void remove_address(model::Netns& netns, const model::Link& link, const model::Address& address);

} // namespace onlan::plan
