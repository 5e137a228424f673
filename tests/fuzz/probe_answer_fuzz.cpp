#include "kernel/probe_packets.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    (void)onlan::kernel::answer_in({data, size});
    return 0;
}
