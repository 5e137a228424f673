#include <gtest/gtest.h>

#include "io/http_client.hpp"
#include "unit/io/fake_docker.hpp"

namespace onlan::io {
namespace {

using namespace std::chrono_literals;

Result<HttpResponse> get(const std::string& url, std::chrono::milliseconds deadline = 5s)
{
    ONLAN_TRY(const Endpoint endpoint, Endpoint::parse(url));
    return http_request(endpoint, {.method = "GET", .target = "/_ping", .body = {}}, deadline);
}

std::string parsed(std::string_view url)
{
    const auto endpoint = Endpoint::parse(url);
    if (!endpoint)
        return "error";
    return endpoint->unix_path.empty() ? endpoint->host + " " + endpoint->port
                                       : endpoint->unix_path;
}

TEST(Endpoint, IsReadFromTheFormsOfDockerHost)
{
    EXPECT_EQ(parsed("unix:///var/run/docker.sock"), "/var/run/docker.sock");
    EXPECT_EQ(parsed("tcp://192.168.1.5:2375"), "192.168.1.5 2375");
    EXPECT_EQ(parsed("tcp://nas.home:2375"), "nas.home 2375");
    EXPECT_EQ(parsed("tcp://[fd00::5]:2375"), "fd00::5 2375");
}

TEST(Endpoint, RefusesWhatItCannotReach)
{
    for (const char* url : {"", "unix://", "tcp://", "tcp://nas", "tcp://nas:", "tcp://:2375",
                            "tcp://nas:0", "tcp://nas:65536", "tcp://nas:2375/api",
                            "tcp://fd00::5:2375", "ssh://root@nas", "/var/run/docker.sock"})
        EXPECT_EQ(parsed(url), "error") << url;
    EXPECT_EQ(Endpoint::parse("ssh://root@nas").error().message,
              "'ssh://root@nas' is not a Docker host that onlan can use: it has to be "
              "unix:///PATH or tcp://HOST:PORT");
}

TEST(HttpRequest, BringsStatusAndBody)
{
    const FakeDocker server({{"GET /_ping", {.status = 299, .body = "OK"}}});
    const auto response = get(server.url());
    ASSERT_TRUE(response) << response.error().message;
    EXPECT_EQ(response->status, 299U);
    EXPECT_EQ(response->body, "OK");
}

TEST(HttpRequest, CarriesABody)
{
    const FakeDocker server({{"POST /x", {.status = 200, .body = ""}}});
    const auto endpoint = *Endpoint::parse(server.url());
    ASSERT_TRUE(
        http_request(endpoint, {.method = "POST", .target = "/x", .body = "{\"a\":1}"}, 5s));
    EXPECT_EQ(server.asked(), std::vector<std::string>{"POST /x {\"a\":1}"});
}

TEST(HttpRequest, AnAnswerLargerThanABufferIsWhole)
{
    const std::string large(3'000'000, 'x');
    const FakeDocker server({{"GET /_ping", {.status = 200, .body = large}}});
    const auto response = get(server.url());
    ASSERT_TRUE(response) << response.error().message;
    EXPECT_EQ(response->body, large);
}

TEST(HttpRequest, KeepsTheErrnoOfTheSocket)
{
    EXPECT_EQ(get("unix:///no/such/socket").error().code, std::errc::no_such_file_or_directory);
    EXPECT_EQ(get("unix:///" + std::string(200, 'x')).error().code, std::errc::filename_too_long);
    // Nothing listens at the port of the discard service.
    EXPECT_EQ(get("tcp://127.0.0.1:9").error().code, std::errc::connection_refused);
}

TEST(HttpRequest, EndsAtItsDeadlineWhenNobodyAnswers)
{
    const UniqueFd listener{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    const std::string path = fmt::format("/tmp/onlan-test-silent-{}", ::getpid());
    sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
    path.copy(static_cast<char*>(address.sun_path), sizeof(address.sun_path) - 1);
    ASSERT_EQ(::bind(listener.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)),
              0);
    ASSERT_EQ(::listen(listener.get(), 1), 0);

    const auto response = get("unix://" + path, 50ms);

    ::unlink(path.c_str());
    ASSERT_FALSE(response);
    EXPECT_EQ(response.error().code, Failed::timeout);
}

} // namespace
} // namespace onlan::io
