#include "plan/export/words.hpp"

#include <fmt/format.h>

namespace onlan::plan {

std::string remains(std::string_view format)
{
    return fmt::format("# Made by 'onlan export {}'. 'onlan up' then adds what remains with onlan: "
                       "the guard rules,\n"
                       "# disable_ipv6 and arp_ignore on its own links, and the Docker network. "
                       "'onlan down' leaves the\n"
                       "# links alone.\n",
                       format);
}

bool needs_stp(const model::Uplink& uplink)
{
    return uplink.ports.size() > 1;
}

std::string by_hand(const model::Route& route)
{
    const std::string_view why = route.multipath      ? "has several next hops"
                                 : route.encapsulated ? "encapsulates its packets"
                                                      : "";
    return why.empty() ? std::string()
                       : fmt::format("# The route to {} {}: add it by hand.\n",
                                     route.destination.to_string(), why);
}

} // namespace onlan::plan
