#include <cstdint>
#include <string>

#include "model/snapshot_json.hpp"
#include "redact/redact.hpp"

// What reads as a snapshot is written, read again and redacted; the second reading gives the same.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace onlan;
    const auto snapshot = model::snapshot_from_json({reinterpret_cast<const char*>(data), size});
    if (!snapshot) {
        if (snapshot.error().message.empty())
            __builtin_trap();
        return 0;
    }
    const std::string written = model::snapshot_to_json(*snapshot);
    const auto again = model::snapshot_from_json(written);
    if (!again || model::snapshot_to_json(*again) != written)
        __builtin_trap();
    if (!model::snapshot_from_json(model::snapshot_to_json(redact::redacted(*again, {1, 2}))))
        __builtin_trap();
    return 0;
}
