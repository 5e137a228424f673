#include "lab/engine.hpp"

#include <array>
#include <csignal>
#include <string>
#include <vector>

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <fmt/format.h>

#include "base/unique_fd.hpp"

namespace onlan::lab {
namespace {

namespace fs = std::filesystem;

struct Mount {
    std::string source;
    std::string target;
    std::string type;
    unsigned long flags = 0;
    std::string options;
};

// Version 1 control groups are mounted one by one, those that the machine has.
void add_control_groups(std::vector<Mount>& mounts, const std::string& target)
{
    const fs::path groups = "/sys/fs/cgroup";
    std::error_code ignored;
    if (fs::exists(groups / "cgroup.controllers", ignored)) {
        mounts.push_back({"cgroup", target, "cgroup2"});
        return;
    }
    mounts.push_back({"cgroup", target, "tmpfs"});
    for (const char* controller :
         {"cpu", "cpuacct", "cpuset", "memory", "devices", "freezer", "blkio", "pids"}) {
        if (fs::exists(groups / controller, ignored))
            mounts.push_back(
                {"cgroup", fmt::format("{}/{}", target, controller), "cgroup", 0, controller});
    }
}

// In their order. The file system is bound to a folder of the lab's, because containerd wants "/"
// to be a mount point; what dockerd keeps below /run and /tmp stays its own.
std::vector<Mount> mounts_of(const fs::path& root, const std::string& folder)
{
    const std::string at = folder + "/root";
    std::vector<Mount> mounts = {{root, at, "", MS_BIND | MS_REC},
                                 {"proc", at + "/proc", "proc"},
                                 {"sysfs", at + "/sys", "sysfs"}};
    add_control_groups(mounts, at + "/sys/fs/cgroup");
    mounts.push_back({"/dev", at + "/dev", "", MS_BIND | MS_REC});
    mounts.push_back({"tmpfs", at + "/run", "tmpfs"});
    mounts.push_back({"tmpfs", at + "/tmp", "tmpfs"});
    mounts.push_back({folder, at + "/run/state", "", MS_BIND});
    return mounts;
}

// Everything that the new process needs, made before it exists: between its start and exec it may
// only make system calls.
struct Launch {
    std::string root;
    std::string old_root; // where the machine's "/" stands for a moment
    std::vector<Mount> mounts;
    int log = -1;
    std::vector<char*> arguments;
    std::vector<char*> environment;
};

constexpr int kCouldNotStart = 127;

[[noreturn]] void give_up(const char* doing)
{
    const int error = errno;
    static_cast<void>(::dprintf(STDERR_FILENO, "onlan: %s: error %d\n", doing, error));
    ::_exit(kCouldNotStart);
}

[[noreturn]] void become_dockerd(const Launch& launch)
{
    ::setsid();
    std::signal(SIGPIPE, SIG_DFL); // onlan ignores it, which exec keeps
    for (const int standard : {STDOUT_FILENO, STDERR_FILENO})
        ::dup2(launch.log, standard);
    if (::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) < 0)
        give_up("/");
    for (const Mount& mount : launch.mounts) {
        ::mkdir(mount.target.c_str(), S_IRWXU); // most are there
        if (::mount(mount.source.c_str(), mount.target.c_str(), mount.type.c_str(), mount.flags,
                    mount.options.c_str()) < 0)
            give_up(mount.target.c_str());
    }
    ::mkdir(launch.old_root.c_str(), S_IRWXU);
    if (::chdir(launch.root.c_str()) < 0 ||
        ::syscall(SYS_pivot_root, ".", launch.old_root.c_str()) < 0 || ::chdir("/") < 0 ||
        ::umount2("/run/old", MNT_DETACH) < 0)
        give_up("change the root");
    ::execve(launch.arguments.front(), launch.arguments.data(), launch.environment.data());
    give_up(launch.arguments.front());
}

std::vector<char*> pointers(std::vector<std::string>& words)
{
    std::vector<char*> all;
    for (std::string& word : words)
        all.push_back(word.data());
    all.push_back(nullptr);
    return all;
}

} // namespace

Result<std::string> find_dockerd(const fs::path& root)
{
    for (const char* path : {"/usr/sbin/dockerd", "/usr/bin/dockerd", "/usr/local/bin/dockerd"}) {
        if (::access((root.string() + path).c_str(), X_OK) == 0)
            return path;
    }
    return fail(Failed::missing_feature, fmt::format("there is no dockerd in {}", root.string()));
}

Result<pid_t>
start_dockerd(const fs::path& root, const kernel::NetnsHandle& host, const fs::path& folder)
{
    ONLAN_TRY(std::string program, find_dockerd(root));
    std::error_code error;
    fs::create_directory(folder / "root", error);
    const UniqueFd log{::open((folder / "docker.log").c_str(),
                              O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, S_IRUSR | S_IWUSR)};
    if (!log)
        return fail_errno("write dockerd's log");
    std::vector<std::string> arguments = {
        std::move(program), "--host",          "unix:///run/state/docker.sock",
        "--data-root",      "/run/state/data", "--exec-root",
        "/run/exec",        "--pidfile",       "/run/docker.pid"};
    std::vector<std::string> environment = {
        "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root"};
    const std::string at = (folder / "root").string();
    const Launch launch{.root = at,
                        .old_root = at + "/run/old",
                        .mounts = mounts_of(root, folder.string()),
                        .log = log.get(),
                        .arguments = pointers(arguments),
                        .environment = pointers(environment)};
    return kernel::in_netns(host, [&]() -> Result<pid_t> {
        // As fork(2), with a namespace of mounts and one of processes: dockerd is its process 1.
        const long child = ::syscall(SYS_clone, CLONE_NEWNS | CLONE_NEWPID | SIGCHLD, 0, 0, 0, 0);
        if (child < 0)
            return fail_errno("start dockerd");
        if (child == 0)
            become_dockerd(launch);
        return static_cast<pid_t>(child);
    });
}

} // namespace onlan::lab
