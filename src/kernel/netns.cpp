#include "kernel/netns.hpp"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include <fmt/format.h>

namespace onlan::kernel {
namespace {

std::filesystem::path file_of(const std::string& name)
{
    return std::filesystem::path("/run/netns") / name;
}

} // namespace

Result<NetnsHandle> NetnsHandle::open(const std::filesystem::path& path)
{
    NetnsHandle handle;
    handle.fd_ = UniqueFd{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
    struct stat identity{};
    struct statfs system{};
    if (!handle.fd_ || ::fstat(handle.fd_.get(), &identity) < 0 ||
        ::fstatfs(handle.fd_.get(), &system) < 0)
        return fail_errno(fmt::format("open network namespace {}", path.string()));
    // `ip netns delete` takes the namespace off its file before it takes the file away.
    if (system.f_type != NSFS_MAGIC)
        return fail_errno(fmt::format("open network namespace {}", path.string()), EINVAL);
    handle.device_ = identity.st_dev;
    handle.inode_ = identity.st_ino;
    return handle;
}

Result<> create_named_netns(const std::string& name)
{
    const std::filesystem::path file = file_of(name);
    std::error_code error;
    std::filesystem::create_directories(file.parent_path(), error);
    const UniqueFd created{::open(file.c_str(), O_RDONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0)};
    if (!created)
        return fail_errno(fmt::format("create network namespace {}", name));
    Result<> made;
    std::jthread([&] {
        if (::unshare(CLONE_NEWNET) < 0)
            made = fail_errno(fmt::format("create network namespace {}", name));
        else if (::mount("/proc/thread-self/ns/net", file.c_str(), "none", MS_BIND, nullptr) < 0)
            made = fail_errno(fmt::format("name network namespace {}", name));
    }).join();
    if (!made)
        ::unlink(file.c_str());
    return made;
}

Result<> delete_named_netns(const std::string& name)
{
    const std::filesystem::path file = file_of(name);
    if (::umount2(file.c_str(), MNT_DETACH) < 0 && errno != EINVAL)
        return fail_errno(fmt::format("delete network namespace {}", name));
    if (::unlink(file.c_str()) < 0)
        return fail_errno(fmt::format("delete network namespace {}", name));
    return {};
}

} // namespace onlan::kernel
