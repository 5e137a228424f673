#include <cstdint>

#include "formats/iptables_save.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const auto rules = onlan::formats::parse_iptables_save(
        {reinterpret_cast<const char*>(data), size}, onlan::model::XtablesBackend::nft,
        onlan::net::Family::ipv4);
    if (!rules && rules.error().message.empty())
        __builtin_trap();
    return 0;
}
