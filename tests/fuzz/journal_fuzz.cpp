#include <cstdlib>
#include <filesystem>
#include <string_view>

#include "apply/journal.hpp"
#include "base/file.hpp"

namespace {

// One folder for the whole run, in memory where there is such a place.
std::filesystem::path make_folder()
{
    std::string name = "/dev/shm/onlan-journal-fuzz-XXXXXX";
    if (::mkdtemp(name.data()) == nullptr)
        std::abort();
    return name;
}

} // namespace

// Any bytes for a journal give a ledger or an error, and what is read can be written again.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace onlan::apply;
    static const std::filesystem::path folder = make_folder();
    static const HostIdentity host{.boot = "boot", .network = "4:1"};
    const std::string_view text{reinterpret_cast<const char*>(data), size};
    if (!onlan::replace_file(folder / "journal", text))
        std::abort();
    const auto recorded = Journal::read(folder, host);
    const auto journal = Journal::open(folder, host);
    if (recorded.has_value() != journal.has_value())
        __builtin_trap();
    if (!recorded)
        return 0;
    const auto again = Journal::read(folder, host);
    if (!again || again->ledger != recorded->ledger)
        __builtin_trap();
    return 0;
}
