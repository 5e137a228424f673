#include "io/docker_api.hpp"

#include <poll.h>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace onlan::io {
namespace {

using nlohmann::json;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

// The oldest API that Docker 25 and later speak, and the engines of Debian 12 and Ubuntu 24.04 with
// it.
constexpr std::string_view kVersion = "/v1.44";
// Removing a network waits for rules to be rewritten; on a small NAS that takes a while.
constexpr milliseconds kDeadline{30'000};

std::string message_of(const HttpResponse& response)
{
    const json body = json::parse(response.body, nullptr, false);
    if (body.is_object() && body.contains("message") && body["message"].is_string())
        return body["message"].get<std::string>();
    return fmt::format("HTTP status {}", response.status);
}

Failed kind_of(unsigned status)
{
    constexpr unsigned kNotFound = 404;
    constexpr unsigned kConflict = 409;
    return status == kNotFound   ? Failed::not_found
           : status == kConflict ? Failed::conflict
                                 : Failed::refused;
}

Result<json> parse(const std::string& body)
{
    json document = json::parse(body, nullptr, false);
    if (document.is_discarded())
        return fail(Failed::parse, "Docker gave an answer that is not JSON");
    return document;
}

} // namespace

Result<DockerApi> DockerApi::open(std::string_view url)
{
    ONLAN_TRY(Endpoint endpoint, Endpoint::parse(url));
    return DockerApi(std::string(url), std::move(endpoint));
}

Result<std::string> DockerApi::call(const HttpRequest& request) const
{
    auto response = http_request(endpoint_, request, kDeadline);
    if (!response) {
        const std::error_code code = response.error().code;
        const std::string why =
            code == std::errc::permission_denied
                ? std::string("no permission: run onlan as root")
                : fmt::format("{}; is it installed and running (systemctl start docker)?",
                              code == std::errc::no_such_file_or_directory ? "no such socket"
                                                                           : code.message());
        return Failure{Error{code, fmt::format("Docker does not answer at {}: {}", url_, why)}};
    }
    constexpr unsigned kFirstError = 400;
    if (response->status >= kFirstError)
        return fail(kind_of(response->status), fmt::format("Docker: {}", message_of(*response)));
    return std::move(response->body);
}

Result<json> DockerApi::get(const std::string& path) const
{
    ONLAN_TRY(const std::string body,
              call({.method = "GET", .target = fmt::format("{}{}", kVersion, path), .body = {}}));
    return parse(body);
}

Result<json> DockerApi::post(const std::string& path, const json& body) const
{
    ONLAN_TRY(const std::string answer, call({.method = "POST",
                                              .target = fmt::format("{}{}", kVersion, path),
                                              .body = body.dump()}));
    return answer.empty() ? json::object() : parse(answer);
}

Result<> DockerApi::upload(const std::string& path, std::string body) const
{
    ONLAN_TRY(const std::string answer, call({.method = "POST",
                                              .target = fmt::format("{}{}", kVersion, path),
                                              .body = std::move(body),
                                              .content_type = "application/x-tar"}));
    static_cast<void>(answer);
    return {};
}

Result<> DockerApi::remove(const std::string& path) const
{
    ONLAN_TRY(
        const std::string answer,
        call({.method = "DELETE", .target = fmt::format("{}{}", kVersion, path), .body = {}}));
    static_cast<void>(answer);
    return {};
}

Result<> DockerApi::wait(std::chrono::seconds patience) const
{
    const auto deadline = steady_clock::now() + patience;
    for (;;) {
        const auto answered = call({.method = "GET", .target = "/_ping", .body = {}});
        if (answered)
            return {};
        if (steady_clock::now() >= deadline)
            return fail(Failed::timeout, fmt::format("waited {} seconds for Docker: {}",
                                                     patience.count(), answered.error().message));
        // Nothing tells when a socket of another program starts to answer, not even its appearance.
        constexpr milliseconds kBetweenTries{100};
        ::poll(nullptr, 0, static_cast<int>(kBetweenTries.count()));
    }
}

} // namespace onlan::io
