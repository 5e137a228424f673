#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/file.hpp"
#include "io/docker_api.hpp"
#include "lab/containers.hpp"
#include "lab/engine.hpp"
#include "lab/remains.hpp"

namespace onlan::lab {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr std::string_view kImage = "onlan-lab";
// Two blocks of zeros: a tar archive in which nothing is.
constexpr std::size_t kEmptyTar = 1024;
constexpr std::chrono::seconds kStartTime{60};

// The image is empty: the containers' one program comes from the engine's own file system.
json binds(const fs::path& root)
{
    json all = json::array();
    for (const char* folder : {"/usr", "/lib", "/lib64"}) {
        std::error_code ignored;
        if (fs::exists(root.string() + folder, ignored))
            all.push_back(fmt::format("{}:{}:ro", folder, folder));
    }
    return all;
}

json container_request(const ContainerSpec& spec, const fs::path& root)
{
    json ports = json::object();
    json bindings = json::object();
    if (spec.published) {
        for (const char* protocol : {"tcp", "udp"}) {
            const std::string port = fmt::format("{}/{}", *spec.published, protocol);
            ports[port] = json::object();
            bindings[port] = {{{"HostPort", std::to_string(*spec.published)}}};
        }
    }
    json endpoint = json::object();
    if (spec.address)
        endpoint["IPAMConfig"] = {{"IPv4Address", spec.address->to_string()}};
    return {{"Image", kImage},
            {"Entrypoint", {"/usr/bin/sleep"}},
            {"Cmd", {"infinity"}},
            {"ExposedPorts", std::move(ports)},
            {"StopTimeout", 0},
            {"HostConfig",
             {{"Binds", binds(root)},
              {"NetworkMode", spec.network},
              {"PortBindings", std::move(bindings)},
              {"CgroupParent", fmt::format("/{}", kPrefix)}}},
            {"NetworkingConfig", {{"EndpointsConfig", {{spec.network, std::move(endpoint)}}}}}};
}

class DockerContainers final : public Containers {
public:
    DockerContainers(fs::path root, pid_t dockerd, io::DockerApi api)
        : root_(std::move(root)), dockerd_(dockerd), api_(std::move(api))
    {}

    Result<> prepare()
    {
        ONLAN_TRY(const json version, api_.get("/version"));
        version_ = version.value("Version", "");
        return api_.upload(fmt::format("/images/create?fromSrc=-&repo={}", kImage),
                           std::string(kEmptyTar, '\0'));
    }

    [[nodiscard]] std::string name() const override { return fmt::format("Docker {}", version_); }
    [[nodiscard]] plan::Stage stage() const override { return plan::Stage::complete; }

    Result<> create_network(const std::string& name) override
    {
        ONLAN_TRY(const json made,
                  api_.post("/networks/create", {{"Name", name}, {"Driver", "bridge"}}));
        static_cast<void>(made);
        return {};
    }

    Result<kernel::NetnsHandle> run(const ContainerSpec& spec) override
    {
        ONLAN_TRY(const json created, api_.post("/containers/create?name=" + spec.name,
                                                container_request(spec, root_)));
        ONLAN_TRY(const json started,
                  api_.post(fmt::format("/containers/{}/start", spec.name), json::object()));
        static_cast<void>(started);
        ONLAN_TRY(const json inspected, api_.get(fmt::format("/containers/{}/json", spec.name)));
        // A number of the engine's own process namespace, so it is looked up in the engine's /proc.
        const auto pid = inspected.value(json::json_pointer("/State/Pid"), 0);
        return kernel::NetnsHandle::open(
            fmt::format("/proc/{}/root/proc/{}/ns/net", dockerd_, pid));
    }

    Result<> remove(const std::string& name) override
    {
        return api_.remove(fmt::format("/containers/{}?force=true", name));
    }

private:
    fs::path root_;
    pid_t dockerd_;
    io::DockerApi api_;
    std::string version_;
};

// The last thing that dockerd said, which is why it ended.
std::string last_words()
{
    const auto log = read_file(fs::path(kFolder) / "docker.log");
    if (!log || log->empty())
        return {};
    const std::string_view text = std::string_view(*log).substr(0, log->size() - 1);
    return std::string(text.substr(text.rfind('\n') + 1));
}

} // namespace

std::string docker_host()
{
    return fmt::format("unix://{}/docker.sock", kFolder);
}

Result<std::unique_ptr<Containers>> start_docker(const fs::path& root,
                                                 const kernel::NetnsHandle& host)
{
    ONLAN_TRY(const pid_t dockerd, start_dockerd(root, host, kFolder));
    ONLAN_CHECK(record_process(dockerd));
    ONLAN_TRY(io::DockerApi api, io::DockerApi::open(docker_host()));
    if (auto answers = api.wait(kStartTime); !answers)
        return fail(Failed::timeout,
                    fmt::format("dockerd from {} did not start; the end of its log: {}",
                                root.string(), last_words()));
    auto containers = std::make_unique<DockerContainers>(root, dockerd, std::move(api));
    ONLAN_CHECK(containers->prepare());
    return containers;
}

} // namespace onlan::lab
