#include "io/docker_api.hpp"

#include <algorithm>

#include <poll.h>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/json_document.hpp"
#include "base/number.hpp"

namespace onlan::io {
namespace {

using nlohmann::json;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

// The newest API that onlan knows (Docker 28.3). Older engines are spoken to in their own: pinning
// an old one for all would hide what they tell since, such as the firewall backend (1.49), and
// engines stop to accept it one day.
constexpr unsigned kNewestMinor = 51;
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
    if (status == kNotFound)
        return Failed::not_found;
    return status == kConflict ? Failed::conflict : Failed::refused;
}

// "1.44" → 44. There has never been another API than 1.
std::optional<unsigned> minor_of(std::string_view version)
{
    constexpr std::string_view kMajor = "1.";
    if (!version.starts_with(kMajor))
        return {};
    version.remove_prefix(kMajor.size());
    return parse_number<unsigned>(version);
}

Result<json> parse(const std::string& body)
{
    auto document = parse_json_document(body);
    if (!document)
        return Failure{std::move(document).error().within(
            "Docker gave an answer that onlan does not understand")};
    return document;
}

} // namespace

Result<DockerApi> DockerApi::open(std::string_view url)
{
    ONLAN_TRY(Endpoint endpoint, Endpoint::parse(url));
    return DockerApi(std::string(url), std::move(endpoint));
}

Result<std::string> DockerApi::versioned(const std::string& path) const
{
    if (!version_) {
        ONLAN_TRY(const std::string body,
                  call({.method = "GET", .target = "/version", .body = {}}, kDeadline));
        ONLAN_TRY(const json answer, parse(body));
        const auto found = answer.find("ApiVersion");
        const auto minor = found != answer.end() && found->is_string()
                               ? minor_of(found->get_ref<const std::string&>())
                               : std::nullopt;
        if (!minor)
            return fail(Failed::parse, fmt::format("what answers at {} is not a Docker engine: it "
                                                   "does not report the version of its API",
                                                   url_));
        version_ = fmt::format("/v1.{}", std::min(*minor, kNewestMinor));
    }
    return *version_ + path;
}

Result<std::string> DockerApi::call(const HttpRequest& request, milliseconds deadline) const
{
    auto response = http_request(endpoint_, request, deadline);
    if (!response) {
        const std::error_code code = response.error().code;
        const std::string why =
            code == std::errc::permission_denied
                ? std::string("no permission: run onlan as root")
                : fmt::format("{}; is it installed and running (systemctl start docker)?",
                              code == std::errc::no_such_file_or_directory ? "no such socket"
                                                                           : code.message());
        return Failure{Error{
            .code = code, .message = fmt::format("Docker does not answer at {}: {}", url_, why)}};
    }
    constexpr unsigned kFirstError = 400;
    if (response->status >= kFirstError)
        return fail(kind_of(response->status), fmt::format("Docker: {}", message_of(*response)));
    return std::move(response->body);
}

Result<json> DockerApi::get(const std::string& path) const
{
    ONLAN_TRY(std::string target, versioned(path));
    ONLAN_TRY(const std::string body,
              call({.method = "GET", .target = std::move(target), .body = {}}, kDeadline));
    return parse(body);
}

Result<json> DockerApi::post(const std::string& path, const json& body) const
{
    ONLAN_TRY(std::string target, versioned(path));
    ONLAN_TRY(
        const std::string answer,
        call({.method = "POST", .target = std::move(target), .body = body.dump()}, kDeadline));
    return answer.empty() ? json::object() : parse(answer);
}

Result<> DockerApi::upload(const std::string& path, std::string body) const
{
    ONLAN_TRY(std::string target, versioned(path));
    ONLAN_TRY(const std::string answer, call({.method = "POST",
                                              .target = std::move(target),
                                              .body = std::move(body),
                                              .content_type = "application/x-tar"},
                                             kDeadline));
    static_cast<void>(answer);
    return {};
}

Result<> DockerApi::remove(const std::string& path) const
{
    ONLAN_TRY(std::string target, versioned(path));
    ONLAN_TRY(const std::string answer,
              call({.method = "DELETE", .target = std::move(target), .body = {}}, kDeadline));
    static_cast<void>(answer);
    return {};
}

Result<> DockerApi::wait(std::chrono::seconds patience) const
{
    const auto deadline = steady_clock::now() + patience;
    for (;;) {
        // systemd may hold the socket of an engine that is still starting: it takes the connection
        // and nobody answers.
        const auto left = std::chrono::ceil<milliseconds>(deadline - steady_clock::now());
        const auto answered = call({.method = "GET", .target = "/_ping", .body = {}},
                                   std::max(left, milliseconds{1}));
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
