#include <cstdint>

#include <nlohmann/json.hpp>

#include "base/json_document.hpp"
#include "collect/docker.hpp"
#include "collect/processes.hpp"
#include "formats/docker_json.hpp"
#include "model/snapshot_json.hpp"

// What Docker tells, as an array of its three answers, is an engine that a snapshot can hold, or an
// error. Behind a 'p' stands the command line of one of its proxies, which any process can have.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace onlan;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    if (text.starts_with('p')) {
        (void)collect::docker_proxy_from_command_line(text.substr(1));
        return 0;
    }
    const auto answers = parse_json_document(text);
    if (!answers || !answers->is_array() || answers->size() != 3)
        return 0;
    auto engine = formats::docker_engine_from_json(answers->at(0), answers->at(1), answers->at(2));
    if (!engine) {
        if (engine.error().message.empty())
            __builtin_trap();
        return 0;
    }
    model::Snapshot snapshot;
    snapshot.docker = *std::move(engine);
    if (!model::snapshot_from_json(model::snapshot_to_json(snapshot)))
        __builtin_trap();
    return 0;
}
