// docker-compose.yml: what Docker was asked for, which is what it does if it runs.

#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "formats/text/docker.hpp"
#include "formats/text/form.hpp"
#include "formats/text/published.hpp"
#include "formats/text/words.hpp"
#include "model/yaml_tree.hpp"

namespace onlan::formats::text::forms {
namespace {

using nlohmann::json;

const json& at(const json& object, const char* key)
{
    static const json nothing;
    if (!object.is_object())
        return nothing;
    const auto found = object.find(key);
    return found == object.end() ? nothing : *found;
}

std::string scalar(const json& value)
{
    return value.is_string() ? value.get<std::string>() : std::string{};
}

void read_subnets(const json& ipam, model::DockerNetwork& network)
{
    for (const json& config : at(ipam, "config")) {
        const auto subnet = value_of<net::Prefix>(scalar(at(config, "subnet")));
        if (!subnet)
            continue;
        const auto gateway = value_of<net::IpAddress>(scalar(at(config, "gateway")));
        network.subnets.push_back(
            {.subnet = *subnet,
             .gateway = gateway ? gateway : std::optional(subnet->first().next()),
             .range = {},
             .reserved = {}});
    }
}

// Keys of one service or network.
class ComposeReader {
public:
    explicit ComposeReader(Paste& paste) : paste_(paste) {}

    void read(const json& document)
    {
        paste_.docker_told = true;
        for (const auto& [name, network] : at(document, "networks").items())
            read_network(name, network);
        for (const auto& [name, service] : at(document, "services").items())
            read_service(name, service);
    }

private:
    void read_network(const std::string& key, const json& asked)
    {
        const std::string named = scalar(at(asked, "name"));
        const std::string& name = names_[key] = named.empty() ? key : named;
        model::DockerNetwork& network = network_of(paste_.docker, name, {});
        const std::string driver = scalar(at(asked, "driver"));
        if (network.driver.empty())
            network.driver = driver.empty() ? "bridge" : driver;
        network.internal = network.internal || scalar(at(asked, "internal")) == "true";
        for (const auto& [option, value] : at(asked, "driver_opts").items())
            network.options.emplace(option, scalar(value));
        if (network.subnets.empty())
            read_subnets(at(asked, "ipam"), network);
    }

    void read_service(const std::string& key, const json& service)
    {
        const std::string named = scalar(at(service, "container_name"));
        const std::string name = named.empty() ? key : named;
        model::DockerContainer& container = container_of(paste_.docker, name, {});
        container.running = true;
        for (const json& port : at(service, "ports"))
            read_port(port, container);
        const std::string mode = scalar(at(service, "network_mode"));
        if (!mode.empty())
            paste_.modes[name] = mode;
        else
            attach(name, at(service, "networks"));
    }

    static void read_port(const json& port, model::DockerContainer& container)
    {
        const std::string text =
            port.is_object()
                ? fmt::format("{}:{}/{}", scalar(at(port, "published")), scalar(at(port, "target")),
                              at(port, "protocol").is_string() ? scalar(at(port, "protocol"))
                                                               : "tcp")
                : scalar(port);
        for (const model::PublishedPort& one : asked_ports(text))
            add_port(container, one);
    }

    // A list of names, or a mapping of them to what each is to be like. Without either there is one
    // of the project.
    void attach(const std::string& container, const json& networks)
    {
        if (networks.is_array()) {
            for (const json& network : networks)
                add(container, scalar(network), {});
        } else if (networks.is_object()) {
            for (const auto& [network, how] : networks.items())
                add(container, network, how);
        } else {
            add(container, "default", {});
        }
    }

    void add(const std::string& container, const std::string& key, const json& how)
    {
        const auto known = names_.find(key);
        model::DockerNetwork& network =
            network_of(paste_.docker, known == names_.end() ? key : known->second, {});
        if (network.driver.empty())
            network.driver = "bridge";
        model::DockerEndpoint endpoint{
            .container = container, .container_id = {}, .ipv4 = {}, .ipv6 = {}, .mac = {}};
        if (const auto address = value_of<net::IpAddress>(scalar(at(how, "ipv4_address")))) {
            const unsigned length =
                network.subnets.empty() ? 24 : network.subnets.front().subnet.length();
            endpoint.ipv4 = net::InterfaceAddress{.address = *address, .length = length};
        }
        endpoint.mac = value_of<net::MacAddress>(scalar(at(how, "mac_address")));
        add_endpoint(network, std::move(endpoint));
    }

    Paste& paste_;
    std::map<std::string, std::string> names_; // of networks: key → what Docker calls it
};

// A key of the document, or what is inside one. What somebody writes below the file is neither.
bool is_yaml(std::string_view line)
{
    const std::string_view key = line.substr(0, line.find(':'));
    return is_indented(line) || line.starts_with('#') || line.starts_with('-') ||
           (key.size() < line.size() && key.find(' ') == std::string_view::npos);
}

void read_compose(const Excerpt& excerpt, Paste& paste)
{
    std::string text;
    for (const Line& line : excerpt.lines) {
        if (is_yaml(line.text))
            text += line.text + "\n";
        else
            paste.not_used(line, "not a line of a compose file");
    }
    const auto document = model::yaml_tree(text);
    if (document && at(*document, "services").is_object())
        ComposeReader(paste).read(*document);
    else if (!excerpt.lines.empty())
        paste.not_used(excerpt.lines.front(),
                       document ? "a compose file without services" : document.error().message);
}

bool asks_compose(const Command& command)
{
    return command.front() == "cat" && command.size() == 2 &&
           (command[1].ends_with(".yml") || command[1].ends_with(".yaml"));
}

bool begins_compose(std::string_view line)
{
    return line == "services:" || line.starts_with("version: '") ||
           line.starts_with("version: \"") || line == "networks:";
}

} // namespace

std::span<const Form> compose()
{
    static constexpr auto kRows =
        std::to_array<Form>({{"docker-compose.yml", asks_compose, begins_compose, read_compose}});
    return kRows;
}

} // namespace onlan::formats::text::forms
