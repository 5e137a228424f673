#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "apply/docker_networks.hpp"
#include "base/file.hpp"
#include "unit/io/fake_docker.hpp"
#include "unit/test_data.hpp"

namespace onlan::apply {
namespace {

using io::FakeDocker;
using testing::Contains;
using testing::Not;
using testing::StartsWith;

const std::string kId = "7282e9cbec88ecbdef7a3c288bf807ff38ef312a735b25a32e15ee6a1d729919";

model::DockerNetwork lan137()
{
    return {.id = {},
            .name = "lan137",
            .driver = "bridge",
            .ipv6 = true,
            .internal = false,
            .subnets = {{.subnet = *net::Prefix::parse("192.168.137.0/24"),
                         .gateway = *net::IpAddress::parse("192.168.137.1"),
                         .range = *net::Prefix::parse("192.168.137.192/28"),
                         .reserved = {{"host", *net::IpAddress::parse("192.168.137.250")}}},
                        {.subnet = *net::Prefix::parse("fd00:137::/64")}},
            .options = {{"com.docker.network.bridge.name", "on-lan137"}},
            .labels = {{"onlan.lan", "lan137"}},
            .endpoints = {}};
}

// An engine that has what `inspected` says as its network lan137.
FakeDocker::Answers engine_with(const std::string& inspected)
{
    return {{"GET /version", {.body = R"({"ApiVersion":"1.51"})"}},
            {"GET /v1.51/networks/lan137", {.body = inspected}},
            {"DELETE /v1.51/networks/" + kId, {.status = 204, .body = {}}}};
}

FakeDocker::Answers empty_engine()
{
    return {{"GET /version", {.body = R"({"ApiVersion":"1.51"})"}},
            {"POST /v1.51/networks/create", {.status = 201, .body = R"({"Id":"1"})"}}};
}

std::string ours()
{
    return nlohmann::json{{"Name", "lan137"},
                          {"Id", kId},
                          {"Labels", {{"onlan.lan", "lan137"}}},
                          {"Containers", nullptr}}
        .dump();
}

struct Answered {
    Result<> result;
    std::vector<std::string> asked;
};

template <typename Act>
Answered on(FakeDocker::Answers answers, Act act)
{
    const FakeDocker engine(std::move(answers));
    auto result = act(*io::DockerApi::open(engine.url()), lan137());
    return {std::move(result), engine.asked()};
}

TEST(CreateRequest, SaysAllOfTheNetwork)
{
    const auto expected = nlohmann::json::parse(R"({
        "Name": "lan137", "Driver": "bridge", "CheckDuplicate": true,
        "EnableIPv6": true, "Internal": false,
        "IPAM": {"Driver": "default", "Config": [
            {"Subnet": "192.168.137.0/24", "Gateway": "192.168.137.1",
             "IPRange": "192.168.137.192/28", "AuxiliaryAddresses": {"host": "192.168.137.250"}},
            {"Subnet": "fd00:137::/64"}]},
        "Options": {"com.docker.network.bridge.name": "on-lan137"},
        "Labels": {"onlan.lan": "lan137"}})");
    EXPECT_EQ(create_request(lan137()), expected);
}

TEST(CreateOwnNetwork, MakesOneWhereThereIsNone)
{
    const auto [result, asked] = on(empty_engine(), create_own_network);
    EXPECT_TRUE(result) << result.error().message;
    EXPECT_THAT(asked, Contains("POST /v1.51/networks/create " + create_request(lan137()).dump()));
}

TEST(CreateOwnNetwork, LeavesItsOwnAsItIs)
{
    const auto [result, asked] = on(engine_with(ours()), create_own_network);
    EXPECT_TRUE(result) << result.error().message;
    EXPECT_THAT(asked, Not(Contains(StartsWith("POST"))));
}

TEST(CreateOwnNetwork, SaysWhichNetworkDockerRefused)
{
    auto answers = empty_engine();
    answers["POST /v1.51/networks/create"] = {
        .status = 403,
        .body = R"({"message":"Pool overlaps with other one on this address space"})"};
    const auto [result, asked] = on(answers, create_own_network);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().message,
              "create Docker network lan137: Docker: Pool overlaps with other one on this address "
              "space");
}

TEST(RemoveOwnNetwork, RemovesByIdWhatIsItsOwn)
{
    const auto [result, asked] = on(engine_with(ours()), remove_own_network);
    EXPECT_TRUE(result) << result.error().message;
    EXPECT_THAT(asked, Contains("DELETE /v1.51/networks/" + kId));
}

TEST(RemoveOwnNetwork, NothingThereIsDone)
{
    const auto [result, asked] = on(empty_engine(), remove_own_network);
    EXPECT_TRUE(result) << result.error().message;
}

// Docker answers GET /networks/fed with a network whose id starts with "fed".
TEST(RemoveOwnNetwork, ANetworkWhoseIdStartsWithTheNameIsAnother)
{
    const auto [result, asked] =
        on(engine_with(R"({"Name":"bridge","Id":"lan137e0","Labels":{}})"), remove_own_network);
    EXPECT_TRUE(result) << result.error().message;
    EXPECT_THAT(asked, Not(Contains(StartsWith("DELETE"))));
}

TEST(RemoveOwnNetwork, LeavesSomebodyElsesAlone)
{
    const auto [result, asked] =
        on(engine_with(R"({"Name":"lan137","Id":"1","Labels":null})"), remove_own_network);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, Failed::conflict);
    EXPECT_THAT(asked, Not(Contains(StartsWith("DELETE"))));
}

TEST(RemoveOwnNetwork, NamesTheContainersThatUseIt)
{
    const auto in_use = read_file(test_data("docker/network-in-use-28.5.json"));
    ASSERT_TRUE(in_use) << in_use.error().message;
    const auto [result, asked] = on(engine_with(*in_use), remove_own_network);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, Failed::conflict);
    EXPECT_EQ(result.error().message,
              "remove Docker network lan137: these containers use it: web, frozen; stop them, or "
              "disconnect them (docker network disconnect lan137 NAME)");
    EXPECT_THAT(asked, Not(Contains(StartsWith("DELETE"))));
}

} // namespace
} // namespace onlan::apply
