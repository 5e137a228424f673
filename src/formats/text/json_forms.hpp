#pragma once

#include <nlohmann/json_fwd.hpp>

#include "base/result.hpp"
#include "formats/text/paste.hpp"

namespace onlan::formats::text {

// A container or a network of Docker, as `docker inspect` has it.
[[nodiscard]] bool is_docker_object(const nlohmann::json& object);
[[nodiscard]] Result<> read_docker_object(const nlohmann::json& object, Paste& paste);

} // namespace onlan::formats::text
