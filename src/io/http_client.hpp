#pragma once

#include <chrono>
#include <string>

#include "base/result.hpp"

namespace onlan::io {

// Where an HTTP server listens.
struct Endpoint {
    std::string unix_path; // empty: host and port count
    std::string host;
    std::string port;

    // As in $DOCKER_HOST: "unix:///var/run/docker.sock" or "tcp://192.168.1.5:2375".
    [[nodiscard]] static Result<Endpoint> parse(std::string_view url);
};

struct HttpRequest {
    std::string method; // "GET", "POST", "DELETE"
    std::string target; // "/v1.44/networks"
    std::string body;   // JSON when not empty
    std::string content_type = "application/json";
};

struct HttpResponse {
    unsigned status = 0;
    std::string body;
};

// One request on a connection of its own. `deadline` counts for all of it. Errors of the socket
// keep their errno.
[[nodiscard]] Result<HttpResponse> http_request(const Endpoint& endpoint,
                                                const HttpRequest& request,
                                                std::chrono::milliseconds deadline);

} // namespace onlan::io
