#include "model/configuration.hpp"

// A configuration is an Intent or an error that says something.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const auto intent = onlan::model::parse_configuration(
        {reinterpret_cast<const char*>(data), size}, "onlan.yaml");
    if (!intent && intent.error().message.empty())
        __builtin_trap();
    return 0;
}
