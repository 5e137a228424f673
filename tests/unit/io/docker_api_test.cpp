#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "io/docker_api.hpp"
#include "unit/io/fake_docker.hpp"

namespace onlan::io {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

// The requests that reading the networks of an engine takes.
std::vector<std::string> asked_of_engine(const std::string& api_version)
{
    const FakeDocker engine({{"GET /version", {.body = R"({"ApiVersion":")" + api_version + "\"}"}},
                             {"GET /v1.41/networks", {.body = "[]"}},
                             {"GET /v1.51/networks", {.body = "[]"}}});
    const auto docker = DockerApi::open(engine.url());
    EXPECT_TRUE(docker->get("/networks"));
    EXPECT_TRUE(docker->get("/networks"));
    return engine.asked();
}

Error error_of(unsigned status, const std::string& body)
{
    const FakeDocker engine({{"GET /version", {.body = R"({"ApiVersion":"1.51"})"}},
                             {"GET /v1.51/x", {.status = status, .body = body}}});
    return DockerApi::open(engine.url())->get("/x").error();
}

TEST(DockerApi, AsksForTheVersionOnceAndStaysWithWhatItKnows)
{
    EXPECT_THAT(asked_of_engine("1.99"),
                ElementsAre("GET /version", "GET /v1.51/networks", "GET /v1.51/networks"));
}

TEST(DockerApi, SpeaksToAnOldEngineInItsOwnVersion)
{
    EXPECT_THAT(asked_of_engine("1.41"),
                ElementsAre("GET /version", "GET /v1.41/networks", "GET /v1.41/networks"));
}

TEST(DockerApi, DockersSentenceIsTheError)
{
    const Error error = error_of(409, R"({"message":"network lan137 already exists"})");
    EXPECT_EQ(error.code, Failed::conflict);
    EXPECT_EQ(error.message, "Docker: network lan137 already exists");
    EXPECT_EQ(error_of(404, R"({"message":"x"})").code, Failed::not_found);
    EXPECT_EQ(error_of(403, R"({"message":"x"})").code, Failed::refused);
    EXPECT_EQ(error_of(500, "<html>").message, "Docker: HTTP status 500");
    EXPECT_THAT(error_of(200, "<html>").message,
                StartsWith("Docker gave an answer that onlan does not understand: line 1: "));
}

// Whoever copies it would exhaust the stack.
TEST(DockerApi, AnAnswerThatIsNestedTooDeepIsAnError)
{
    EXPECT_EQ(error_of(200, std::string(200'000, '[') + std::string(200'000, ']')).message,
              "Docker gave an answer that onlan does not understand: nested more than 64 deep");
}

TEST(DockerApi, AMissingEngineIsSaidAsAUserWouldLookForIt)
{
    const auto answer = DockerApi::open("unix:///no/docker.sock")->get("/networks");
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, std::errc::no_such_file_or_directory);
    EXPECT_EQ(answer.error().message,
              "Docker does not answer at unix:///no/docker.sock: no such socket; is it installed "
              "and running (systemctl start docker)?");
}

TEST(DockerApi, AnotherServerIsNotTakenForDocker)
{
    for (const char* version : {"{}", "[]", R"({"ApiVersion":51})", R"({"ApiVersion":"2.0"})",
                                R"({"ApiVersion":"1.x"})"}) {
        const FakeDocker server({{"GET /version", {.body = version}}});
        const auto answer = DockerApi::open(server.url())->get("/networks");
        ASSERT_FALSE(answer) << version;
        EXPECT_EQ(answer.error().code, Failed::parse) << version;
        EXPECT_THAT(answer.error().message, HasSubstr("is not a Docker engine")) << version;
    }
}

TEST(DockerApi, WaitsUntilTheEngineAnswers)
{
    const FakeDocker engine({{"GET /_ping", {.body = "OK"}}});
    EXPECT_TRUE(DockerApi::open(engine.url())->wait(std::chrono::seconds{5}));
}

TEST(DockerApi, WaitsNoLongerThanItsPatience)
{
    const auto waited = DockerApi::open("unix:///no/docker.sock")->wait(std::chrono::seconds{0});
    ASSERT_FALSE(waited);
    EXPECT_EQ(waited.error().code, Failed::timeout);
}

} // namespace
} // namespace onlan::io
