#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "base/result.hpp"
#include "kernel/netns.hpp"
#include "net/ip_address.hpp"
#include "plan/plan.hpp"

namespace onlan::lab {

struct ContainerSpec {
    std::string name;
    std::string network;
    std::optional<net::IpAddress> address;  // the network's choice when absent
    std::optional<std::uint16_t> published; // the same port outside and inside, TCP and UDP
};

// Who runs the lab's containers: a real Docker engine, or plain namespaces with rules in the shape
// of Docker's where there is no engine.
class Containers {
public:
    Containers() = default;
    Containers(const Containers&) = delete;
    Containers& operator=(const Containers&) = delete;
    virtual ~Containers() = default;

    // "Docker 28.5.2"
    [[nodiscard]] virtual std::string name() const = 0;
    // How much of `onlan up` there is to do with it.
    [[nodiscard]] virtual plan::Stage stage() const = 0;

    // An ordinary bridge network.
    [[nodiscard]] virtual Result<> create_network(const std::string& name) = 0;
    [[nodiscard]] virtual Result<kernel::NetnsHandle> run(const ContainerSpec& spec) = 0;
    [[nodiscard]] virtual Result<> remove(const std::string& name) = 0;
};

// Where a dockerd of the lab answers, if there is one.
[[nodiscard]] std::string docker_host();

// A dockerd whose host is `host`, from the file system in `root`: "/", or a folder that has one.
[[nodiscard]] Result<std::unique_ptr<Containers>> start_docker(const std::filesystem::path& root,
                                                               const kernel::NetnsHandle& host);
[[nodiscard]] Result<std::unique_ptr<Containers>>
make_plain_containers(const kernel::NetnsHandle& host);

} // namespace onlan::lab
