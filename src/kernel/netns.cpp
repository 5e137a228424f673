#include "kernel/netns.hpp"

#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include <fmt/format.h>

namespace onlan::kernel {
namespace {

const std::filesystem::path kFolder = "/run/netns";

} // namespace

Result<NetnsHandle> NetnsHandle::open(const std::filesystem::path& path)
{
    NetnsHandle handle;
    handle.fd_ = UniqueFd{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
    struct stat identity{};
    if (!handle.fd_ || ::fstat(handle.fd_.get(), &identity) < 0)
        return fail_errno(fmt::format("open network namespace {}", path.string()));
    handle.device_ = identity.st_dev;
    handle.inode_ = identity.st_ino;
    return handle;
}

Result<> create_named_netns(const std::string& name)
{
    std::error_code error;
    std::filesystem::create_directories(kFolder, error);
    const std::filesystem::path file = kFolder / name;
    const UniqueFd created{::open(file.c_str(), O_RDONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0)};
    if (!created)
        return fail_errno(fmt::format("create network namespace {}", name));
    std::optional<Result<>> result;
    std::jthread([&] {
        if (::unshare(CLONE_NEWNET) < 0)
            result = fail_errno(fmt::format("create network namespace {}", name));
        else if (::mount("/proc/thread-self/ns/net", file.c_str(), "none", MS_BIND, nullptr) < 0)
            result = fail_errno(fmt::format("name network namespace {}", name));
        else
            result = Result<>{};
    }).join();
    if (!*result)
        ::unlink(file.c_str());
    return *result;
}

Result<> delete_named_netns(const std::string& name)
{
    const std::filesystem::path file = kFolder / name;
    if (::umount2(file.c_str(), MNT_DETACH) < 0 && errno != EINVAL)
        return fail_errno(fmt::format("delete network namespace {}", name));
    if (::unlink(file.c_str()) < 0)
        return fail_errno(fmt::format("delete network namespace {}", name));
    return {};
}

} // namespace onlan::kernel
