#include "model/snapshot.hpp"

#include <algorithm>

namespace onlan::model {

const Netns* Snapshot::find_netns(std::string_view name) const
{
    const auto found = std::ranges::find(namespaces, name, &Netns::name);
    return found == namespaces.end() ? nullptr : &*found;
}

const Netns* Snapshot::find_netns(std::uint64_t inode) const
{
    const auto found = std::ranges::find(namespaces, inode, &Netns::inode);
    return found == namespaces.end() ? nullptr : &*found;
}

} // namespace onlan::model
