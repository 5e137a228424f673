#include "lab/article.hpp"

#include <algorithm>
#include <memory>

#include <fmt/format.h>

#include "kernel/sysctl.hpp"
#include "lab/by_hand.hpp"
#include "lab/containers.hpp"
#include "lab/paths.hpp"
#include "lab/remains.hpp"
#include "lab/topology.hpp"
#include "operate/session.hpp"

namespace onlan::lab {
namespace {

using kernel::NetnsHandle;

constexpr std::string_view kContainer = "192.168.137.210";
constexpr std::string_view kSecondContainer = "192.168.137.211";

net::IpAddress address(std::string_view text)
{
    return *net::IpAddress::parse(text);
}

// As a reader of the README would write it.
model::Intent intent()
{
    return {{{.name = "lan137",
              .uplink = {.bridge = std::string(kUplinkBridge), .ports = {}},
              .attach = model::AttachMode::docker_bridge,
              .ipv4 = {.subnet = *net::Prefix::parse(kSubnet),
                       .gateway = address(kRouter),
                       .pool = *net::AddressRange::parse("192.168.137.208/28")},
              .ipv6 = {}}}};
}

Result<> serve(const NetnsHandle& machine, std::uint16_t port)
{
    ONLAN_TRY(const pid_t server, start_server(machine, port));
    return record_process(server);
}

// What `onlan up` does, for the story.
class ChangesTold final : public operate::Observer {
public:
    explicit ChangesTold(Narrator& narrator) : narrator_(narrator) {}
    void changing(const plan::PlannedStep& step) override { narrator_.changing(step); }

private:
    Narrator& narrator_;
};

// `onlan up --yes` in this thread's namespace, with its journal in the lab's folder.
Result<> onlan_up(plan::Stage stage, Narrator& narrator)
{
    ChangesTold changes(narrator);
    ONLAN_TRY(auto session,
              operate::Session::open({.docker_host = docker_host(),
                                      .state_folder = std::filesystem::path(kFolder) / "state"},
                                     "lab", changes));
    const model::Intent wanted = intent();
    ONLAN_TRY(const plan::Plan plan,
              session.prepare(operate::Up{.intent = wanted, .stage = stage}));
    operate::Ending ending = session.build(plan, std::chrono::seconds{0});
    if (ending.end == operate::End::failed)
        return Failure{std::move(ending.errors.front())};
    return {};
}

class Article {
public:
    Article(Topology topology, std::unique_ptr<Containers> containers, Narrator& narrator)
        : topology_(std::move(topology)), containers_(std::move(containers)), narrator_(narrator)
    {}

    Result<> run()
    {
        narrator_.doing(fmt::format("two ordinary containers, one of them with port {} published",
                                    kPublishedPort));
        ONLAN_CHECK(start_ordinary_containers());
        ONLAN_CHECK(tell_failures());
        ONLAN_CHECK(bring_up());
        return try_paths();
    }

private:
    Result<> start_ordinary_containers()
    {
        for (const char* network : {"app", "other"})
            ONLAN_CHECK(containers_->create_network(network));
        ONLAN_TRY(registry_, containers_->run({.name = "registry",
                                               .network = "app",
                                               .address = {},
                                               .published = kPublishedPort}));
        ONLAN_CHECK(serve(*registry_, kPublishedPort));
        ONLAN_TRY(ordinary_,
                  containers_->run(
                      {.name = "ordinary", .network = "other", .address = {}, .published = {}}));
        for (const NetnsHandle* machine : {&topology_.router, &topology_.pc, &topology_.host})
            ONLAN_CHECK(serve(*machine, kServicePort));
        return {};
    }

    Result<NetnsHandle> run_on_lan(std::string_view name, std::string_view where)
    {
        ONLAN_TRY(NetnsHandle container, containers_->run({.name = std::string(name),
                                                           .network = "lan137",
                                                           .address = address(where),
                                                           .published = {}}));
        ONLAN_CHECK(serve(container, kServicePort));
        return container;
    }

    Result<> tell_failures()
    {
        const auto bridged = kernel::in_netns(topology_.host, [] {
            return kernel::read_sysctl("net.bridge.bridge-nf-call-iptables");
        });
        if (!bridged) {
            narrator_.doing("br_netfilter is not loaded on this machine, so there is no failure "
                            "for onlan to fix");
            return {};
        }
        narrator_.doing("the article's set-up, made by hand: a second bridge, a cable, no guards");
        const model::Intent wanted = intent();
        ONLAN_TRY(ByHand by_hand, ByHand::open(topology_.host, wanted, containers_->stage()));
        ONLAN_CHECK(by_hand.make_links());
        ONLAN_TRY(const NetnsHandle container, run_on_lan("homeassistant", kContainer));
        ONLAN_CHECK(by_hand.tell(container, narrator_));
        ONLAN_CHECK(containers_->remove("homeassistant"));
        return by_hand.take_back();
    }

    Result<> bring_up()
    {
        narrator_.doing("onlan up");
        return kernel::in_netns(topology_.host, [&]() -> Result<> {
            // As Debian and Ubuntu set it.
            ONLAN_CHECK(kernel::write_sysctl("net.ipv4.conf.all.rp_filter", "2"));
            return onlan_up(containers_->stage(), narrator_);
        });
    }

    Result<> try_paths()
    {
        narrator_.doing("two containers on the LAN; every path over TCP, UDP and ICMP");
        ONLAN_TRY(const NetnsHandle container, run_on_lan("homeassistant", kContainer));
        ONLAN_TRY(const NetnsHandle second, run_on_lan("unifi", kSecondContainer));
        ONLAN_TRY(const net::IpAddress registry, first_address(*registry_));
        const Everybody everybody{.container = container,
                                  .pc = topology_.pc,
                                  .host = topology_.host,
                                  .ordinary = *ordinary_,
                                  .container_address = address(kContainer),
                                  .second_address = address(kSecondContainer),
                                  .registry_address = registry};
        ONLAN_TRY(const std::vector<Cell> cells, try_all_paths(everybody));
        narrator_.paths(cells);
        if (!std::ranges::all_of(cells, &Cell::all_delivered))
            return fail(Failed::refused, "not every path works on this machine's kernel");
        return {};
    }

    Topology topology_;
    std::unique_ptr<Containers> containers_;
    Narrator& narrator_;
    std::optional<NetnsHandle> registry_;
    std::optional<NetnsHandle> ordinary_;
};

} // namespace

Result<> run_article(const std::optional<std::filesystem::path>& docker_root, Narrator& narrator)
{
    narrator.doing("a router, a PC and the host on one LAN, in network namespaces");
    ONLAN_TRY(Topology topology, build_topology());
    if (docker_root)
        narrator.doing(fmt::format("Docker from {}", docker_root->string()));
    ONLAN_TRY(auto containers, docker_root ? start_docker(*docker_root, topology.host)
                                           : make_plain_containers(topology.host));
    narrator.doing(containers->name());
    return Article(std::move(topology), std::move(containers), narrator).run();
}

} // namespace onlan::lab
