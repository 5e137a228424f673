#include "plan/attach/free_name.hpp"

#include "plan/names.hpp"

namespace onlan::plan {

void check_name_is_free(const model::Lan& lan,
                        const std::string& name,
                        const model::Host& host,
                        Findings& findings)
{
    const model::Link* link = host.netns.find_link(name);
    if (link != nullptr && link->alias != link_alias(lan))
        add(findings.errors,
            "lan {}: there is already an interface {} that is not onlan's; rename the LAN or "
            "the interface",
            lan.name, name);
}

} // namespace onlan::plan
