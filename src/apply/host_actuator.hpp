#pragma once

#include <memory>
#include <string>

#include "apply/actuator.hpp"
#include "io/docker_api.hpp"
#include "kernel/netlink_socket.hpp"

namespace onlan::apply {

// Changes this thread's network namespace, and those that a change names, through netlink, nftables
// and iptables, and the Docker engine through its API. A URL that leads to no engine is an error of
// the changes that need one, and of no other.
class HostActuator final : public Actuator {
public:
    [[nodiscard]] static Result<std::unique_ptr<HostActuator>> open(const std::string& docker_host);

    [[nodiscard]] Result<> perform(const plan::Change& change) override;

    HostActuator(kernel::NetlinkSocket socket, Result<io::DockerApi> docker)
        : socket_(std::move(socket)), docker_(std::move(docker))
    {}

private:
    kernel::NetlinkSocket socket_;
    Result<io::DockerApi> docker_;
};

} // namespace onlan::apply
