#include "kernel/modules.hpp"

#include <filesystem>
#include <string>

#include <sys/utsname.h>

#include <fmt/format.h>

#include "base/file.hpp"

namespace onlan::kernel {
namespace {

bool is_loaded(std::string_view name)
{
    // "nf_tables 376832 1028 nft_compat,…"
    const auto loaded = read_file("/proc/modules");
    return loaded && ("\n" + *loaded).find(fmt::format("\n{} ", name)) != std::string::npos;
}

} // namespace

bool has_module(std::string_view name)
{
    if (is_loaded(name))
        return true;
    utsname system{};
    ::uname(&system);
    const std::filesystem::path folder = std::filesystem::path("/lib/modules") / system.release;
    std::error_code ignored;
    // Where no modules are installed none can be loaded: what is not built in just says no.
    if (!std::filesystem::exists(folder, ignored))
        return true;
    // "kernel/net/netfilter/nf_tables.ko"
    const auto built_in = read_file(folder / "modules.builtin");
    return built_in && built_in->find(fmt::format("/{}.ko", name)) != std::string::npos;
}

} // namespace onlan::kernel
