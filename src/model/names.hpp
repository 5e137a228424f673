#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "model/snapshot.hpp"

namespace onlan::model {

// What people call the parts of a host: containers and Docker's networks instead of hashes.
class Names {
public:
    explicit Names(const Snapshot& snapshot);

    // "host", "registry"; another namespace by the name that the snapshot has for it.
    [[nodiscard]] static std::string netns(std::string_view netns);
    // "br-3f0c81d2a7b4 (network app)", "veth810e152 (to registry)", or the device's name alone.
    [[nodiscard]] std::string device(std::string_view netns, std::string_view device) const;
    // Whose address it is: "registry, container on network app"; empty for a stranger's.
    [[nodiscard]] std::string owner(const net::IpAddress& address) const;

private:
    void add_network(const DockerNetwork& network);

    std::map<std::pair<std::string, std::string>, std::string>
        devices_; // netns, device → what it is
    std::map<net::IpAddress, std::string> owners_;
};

} // namespace onlan::model
