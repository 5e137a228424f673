#include "lab/remains.hpp"

#include <array>
#include <charconv>
#include <csignal>
#include <ranges>
#include <vector>

#include <fcntl.h>
#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <fmt/format.h>

#include "base/file.hpp"
#include "base/unique_fd.hpp"
#include "kernel/netns.hpp"

namespace onlan::lab {
namespace {

namespace fs = std::filesystem;

fs::path list_of_processes()
{
    return fs::path(kFolder) / "processes";
}

// A pid alone may be somebody else's by now; together with its start it is one process' only.
// proc(5), /proc/PID/stat: field 22, counted behind the name, which may hold anything.
Result<std::string> identity_of(std::string_view pid)
{
    ONLAN_TRY(const std::string stat, read_file(fmt::format("/proc/{}/stat", pid)));
    constexpr std::size_t kStartBehindName = 19;
    std::size_t field = 0;
    for (const auto word :
         std::string_view(stat).substr(stat.rfind(')') + 2) | std::views::split(' ')) {
        if (field++ == kStartBehindName)
            return fmt::format("{} {}", pid, std::string_view(word.begin(), word.end()));
    }
    return fail(Failed::parse, fmt::format("/proc/{}/stat is shorter than expected", pid));
}

Result<> kill_and_wait(pid_t process)
{
    const UniqueFd handle{static_cast<int>(::syscall(SYS_pidfd_open, process, 0))};
    if (!handle)
        return errno == ESRCH ? Result<>{} : fail_errno(fmt::format("kill process {}", process));
    ::kill(process, SIGKILL);
    constexpr int kPatienceMs = 10'000;
    pollfd wait{.fd = handle.get(), .events = POLLIN, .revents = 0};
    if (::poll(&wait, 1, kPatienceMs) <= 0)
        return fail(Failed::timeout,
                    fmt::format("process {} is still there after SIGKILL", process));
    return {};
}

Result<> kill_processes()
{
    const auto recorded = read_file(list_of_processes());
    if (!recorded)
        return {};
    for (const auto line : *recorded | std::views::split('\n')) {
        const std::string_view identity(line.begin(), line.end());
        const std::string_view pid = identity.substr(0, identity.find(' '));
        pid_t process = 0;
        std::from_chars(pid.data(), pid.data() + pid.size(), process);
        const auto running = identity_of(pid);
        if (process > 0 && running && *running == identity)
            ONLAN_CHECK(kill_and_wait(process));
    }
    return {};
}

std::vector<fs::path> entries(const fs::path& folder)
{
    std::vector<fs::path> found;
    std::error_code ignored; // a folder that is not there has no entries
    for (const auto& entry : fs::directory_iterator(folder, ignored))
        found.push_back(entry.path());
    return found;
}

// Empty by now; one folder for each controller on a machine with version 1 control groups.
void remove_control_groups()
{
    std::vector<fs::path> roots = entries("/sys/fs/cgroup");
    roots.emplace_back("/sys/fs/cgroup");
    for (const fs::path& root : roots) {
        const fs::path ours = root / kPrefix;
        for (const fs::path& group : entries(ours))
            ::rmdir(group.c_str()); // its files are no obstacle, and unlinking them is refused
        ::rmdir(ours.c_str());
    }
}

} // namespace

std::string netns_name(std::string_view machine)
{
    return fmt::format("{}-{}", kPrefix, machine);
}

Result<> claim_folder()
{
    std::error_code error;
    if (fs::create_directory(kFolder, error))
        return {};
    if (error)
        return fail_errno(fmt::format("make {}", kFolder), error.value());
    return fail(
        Failed::conflict,
        fmt::format(
            "there is already a lab on this machine ({} exists): run 'onlan lab down' first",
            kFolder));
}

Result<> record_process(pid_t process)
{
    ONLAN_TRY(const std::string identity, identity_of(std::to_string(process)));
    const auto recorded = read_file(list_of_processes());
    return replace_file(list_of_processes(),
                        (recorded ? *recorded : std::string{}) + identity + "\n");
}

Result<> remove_lab()
{
    ONLAN_CHECK(kill_processes());
    for (const fs::path& netns : entries("/run/netns")) {
        const std::string name = netns.filename();
        if (name.starts_with(netns_name("")))
            ONLAN_CHECK(kernel::delete_named_netns(name));
    }
    remove_control_groups();
    std::error_code error;
    fs::remove_all(kFolder, error);
    return error ? Result<>{fail_errno(fmt::format("remove {}", kFolder), error.value())}
                 : Result<>{};
}

} // namespace onlan::lab
