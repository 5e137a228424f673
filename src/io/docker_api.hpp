#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <utility>

#include <nlohmann/json_fwd.hpp>

#include "base/result.hpp"
#include "io/http_client.hpp"

namespace onlan::io {

// Docker's Engine API: JSON in and out, and Docker's own sentences as errors. An engine that does
// not answer is said as a user would look for it. Refusals carry Failed::refused, HTTP 404
// Failed::not_found, HTTP 409 Failed::conflict.
class DockerApi {
public:
    // `url` as in $DOCKER_HOST.
    [[nodiscard]] static Result<DockerApi> open(std::string_view url);

    [[nodiscard]] Result<nlohmann::json> get(const std::string& path) const;
    [[nodiscard]] Result<nlohmann::json> post(const std::string& path,
                                              const nlohmann::json& body) const;
    // A body that is not JSON, such as an image.
    [[nodiscard]] Result<> upload(const std::string& path, std::string body) const;
    [[nodiscard]] Result<> remove(const std::string& path) const;

    // Until the engine answers. Failed::timeout when it does not within `patience`.
    [[nodiscard]] Result<> wait(std::chrono::seconds patience) const;

private:
    DockerApi(std::string url, Endpoint endpoint)
        : url_(std::move(url)), endpoint_(std::move(endpoint))
    {}
    [[nodiscard]] Result<std::string> call(const HttpRequest& request,
                                           std::chrono::milliseconds deadline) const;
    // `path` behind the version that this engine and onlan both speak.
    [[nodiscard]] Result<std::string> versioned(const std::string& path) const;

    std::string url_;
    Endpoint endpoint_;
    // Asked for once, with the first request: opening does not need an engine.
    mutable std::optional<std::string> version_;
};

} // namespace onlan::io
