#include "cli/start.hpp"

#include <array>

#include <linux/capability.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <fmt/format.h>

#include "base/file.hpp"
#include "model/configuration.hpp"

namespace onlan::cli {
namespace {

// CapEff of this process.
bool may_administer_the_network()
{
    __user_cap_header_struct header{.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
    std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3> sets{};
    if (::syscall(SYS_capget, &header, sets.data()) < 0)
        return true; // the kernel says no when it matters
    return (sets[CAP_TO_INDEX(CAP_NET_ADMIN)].effective & CAP_TO_MASK(CAP_NET_ADMIN)) != 0;
}

} // namespace

Result<> require_root(std::string_view command)
{
    if (::geteuid() != 0)
        return fail_errno(fmt::format("{} needs root (try: sudo onlan {})", command, command),
                          EPERM);
    if (!may_administer_the_network())
        return fail_errno(fmt::format("{} needs the capability CAP_NET_ADMIN, which root lacks "
                                      "here (in a container: --cap-add NET_ADMIN)",
                                      command),
                          EPERM);
    return {};
}

Result<model::Intent> load_intent(const Options& options, operate::Observer& observer)
{
    observer.note(fmt::format("reading {}", options.configuration.string()));
    constexpr std::size_t kLargest = std::size_t{1} << 20;
    auto text = read_file(options.configuration, kLargest);
    if (!text && text.error().code == std::errc::no_such_file_or_directory)
        return fail(Failed::not_found,
                    fmt::format("there is no configuration {}: write one (see the example in "
                                "onlan.yaml(5)), or name another file with -f",
                                options.configuration.string()));
    if (!text)
        return Failure{std::move(text).error()};
    return model::parse_configuration(*text, options.configuration.string());
}

} // namespace onlan::cli
