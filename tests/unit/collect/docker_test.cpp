#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "base/file.hpp"
#include "collect/docker.hpp"
#include "formats/docker_json.hpp"
#include "unit/io/fake_docker.hpp"
#include "unit/test_data.hpp"

namespace onlan::collect {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::string recorded(const std::string& name)
{
    const auto text = read_file(test_data("docker/") + name + "-28.5.json");
    EXPECT_TRUE(text) << text.error().message;
    return text.value_or("");
}

io::FakeDocker::Answers recorded_engine()
{
    return {{"GET /version", {.body = recorded("version")}},
            {"GET /v1.51/info", {.body = recorded("info")}},
            {"GET /v1.51/networks", {.body = recorded("networks")}},
            {"GET /v1.51/containers/json?all=1", {.body = recorded("containers")}}};
}

// What a Docker 28.5 said that has the network lan137 with a running, a paused and a stopped
// container.
class RecordedEngine : public testing::Test {
protected:
    void SetUp() override
    {
        const io::FakeDocker server(recorded_engine());
        auto collected = collect_docker(*io::DockerApi::open(server.url()));
        ASSERT_TRUE(collected) << collected.error().message;
        engine = *std::move(collected);
        asked = server.asked();
    }

    model::DockerEngine engine;
    std::vector<std::string> asked;
};

TEST_F(RecordedEngine, IsReadInFourRequests)
{
    EXPECT_THAT(asked, ElementsAre("GET /version", "GET /v1.51/info", "GET /v1.51/networks",
                                   "GET /v1.51/containers/json?all=1"));
}

TEST_F(RecordedEngine, TellsItsVersionAndFirewall)
{
    EXPECT_EQ(engine.version, "28.5.2+dfsg4");
    EXPECT_EQ(engine.firewall_backend, "iptables");
}

TEST_F(RecordedEngine, TellsAllOfANetwork)
{
    const std::string id = "7282e9cbec88ecbdef7a3c288bf807ff38ef312a735b25a32e15ee6a1d729919";
    const auto* network = engine.find_network("lan137");
    ASSERT_NE(network, nullptr);
    model::DockerNetwork expected{
        .id = id,
        .name = "lan137",
        .driver = "bridge",
        .ipv6 = true,
        .internal = false,
        .subnets = {{.subnet = *net::Prefix::parse("192.168.137.0/24"),
                     .gateway = *net::IpAddress::parse("192.168.137.1"),
                     .range = *net::Prefix::parse("192.168.137.192/28"),
                     .reserved = {{"host", *net::IpAddress::parse("192.168.137.250")},
                                  {"printer", *net::IpAddress::parse("192.168.137.199")}}},
                    {.subnet = *net::Prefix::parse("fd00:137::/64")}},
        .options = {{"com.docker.network.bridge.name", "on-lan137"},
                    {"com.docker.network.driver.mtu", "1400"}},
        .labels = {{"onlan.lan", "lan137"}},
        .endpoints = network->endpoints,
        .stopped = {"done"}};
    EXPECT_EQ(*network, expected);
}

TEST_F(RecordedEngine, AnEndpointHasItsAddressesWhileItsContainerRuns)
{
    const auto* network = engine.find_network("lan137");
    ASSERT_NE(network, nullptr);
    const auto web =
        std::ranges::find(network->endpoints, "web", &model::DockerEndpoint::container);
    ASSERT_NE(web, network->endpoints.end());
    const model::DockerEndpoint expected{
        .container = "web",
        .container_id = "5fbe3d0212b447352d8878b4903034df2e3123fc5cd039ec906bb7792437cffa",
        .ipv4 = *net::InterfaceAddress::parse("192.168.137.200/24"),
        .ipv6 = *net::InterfaceAddress::parse("fd00:137::2/64"),
        .mac = *net::MacAddress::parse("02:42:c0:a8:89:c8")};
    EXPECT_EQ(*web, expected);
}

// Its processes stand still, but its interfaces are there and its addresses are taken.
TEST_F(RecordedEngine, APausedContainerIsOnItsNetworks)
{
    std::vector<std::string> on_lan;
    for (const auto& endpoint : engine.find_network("lan137")->endpoints)
        on_lan.push_back(endpoint.container);
    EXPECT_THAT(on_lan, testing::UnorderedElementsAre("web", "frozen"));
    EXPECT_EQ(engine.find_network("mv")->endpoints.size(), 1U);
}

TEST_F(RecordedEngine, AStoppedContainerIsKnownAndHasNoEndpoint)
{
    const auto done = std::ranges::find(engine.containers, "done", &model::DockerContainer::name);
    ASSERT_NE(done, engine.containers.end());
    EXPECT_FALSE(done->running);
}

TEST_F(RecordedEngine, NetworksWithoutSubnetsHaveNone)
{
    EXPECT_THAT(engine.find_network("host")->subnets, IsEmpty());
    EXPECT_THAT(engine.find_network("none")->subnets, IsEmpty());
}

TEST(DockerEngine, AnAddressWithALengthThatItCannotHaveIsNone)
{
    const auto engine = formats::docker_engine_from_json(
        nlohmann::json::object(), nlohmann::json::parse(R"([{"Id": "n"}])"),
        nlohmann::json::parse(R"([{"State": "running", "NetworkSettings": {"Networks": {"n": {
            "NetworkID": "n", "IPAddress": "10.0.0.2", "IPPrefixLen": 33,
            "GlobalIPv6Address": "fd00::2", "GlobalIPv6PrefixLen": 64}}}}])"));
    ASSERT_TRUE(engine) << engine.error().message;
    ASSERT_EQ(engine->networks.at(0).endpoints.size(), 1U);
    const model::DockerEndpoint& endpoint = engine->networks[0].endpoints[0];
    EXPECT_EQ(endpoint.ipv4, std::nullopt);
    EXPECT_EQ(endpoint.ipv6, net::InterfaceAddress::parse("fd00::2/64").value());
}

TEST(DockerNetwork, WhatIsNotDockersIsAnError)
{
    const auto read = [](const char* text) {
        const auto network = formats::docker_network_from_json(nlohmann::json::parse(text));
        return network ? std::string("no error") : network.error().message;
    };
    for (const char* text : {R"({"Name":5})", R"({"Options":[]})", R"({"Labels":{"a":1}})",
                             R"({"EnableIPv6":"yes"})", R"({"IPAM":{"Config":[{"Subnet":4}]}})"})
        EXPECT_THAT(read(text),
                    testing::StartsWith("Docker gave an answer that onlan does not understand"))
            << text;
}

TEST(CollectDocker, AnEngineThatDoesNotTellItsFirewallIsRead)
{
    auto answers = recorded_engine();
    answers["GET /v1.51/info"] = {.body = R"({"ServerVersion":"20.10.24"})"};
    const io::FakeDocker server(answers);
    const auto engine = collect_docker(*io::DockerApi::open(server.url()));
    ASSERT_TRUE(engine) << engine.error().message;
    EXPECT_EQ(engine->firewall_backend, "");
}

} // namespace
} // namespace onlan::collect
