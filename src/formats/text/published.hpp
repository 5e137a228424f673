#pragma once

#include <string_view>
#include <vector>

#include "model/docker.hpp"

namespace onlan::formats::text {

// As `docker ps` lists them: "0.0.0.0:8080->80/tcp", ":::8080-8081->80-81/tcp", "443/tcp". Nothing
// for what is no port.
[[nodiscard]] std::vector<model::PublishedPort> listed_ports(std::string_view text);
// As a compose file asks for them: "8080:80", "127.0.0.1:8080:80/udp", "8000-8010:8000-8010".
[[nodiscard]] std::vector<model::PublishedPort> asked_ports(std::string_view text);

} // namespace onlan::formats::text
