#include "apply/lock.hpp"

#include <fcntl.h>
#include <sys/file.h>

#include <fmt/format.h>

#include "base/file.hpp"

namespace onlan::apply {

Result<Lock> Lock::take(const std::filesystem::path& folder, std::string_view command)
{
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    if (error)
        return Failure{
            Error{error, fmt::format("create {}: {}", folder.string(), error.message())}};

    const std::filesystem::path file = folder / "lock";
    UniqueFd fd{::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)};
    if (!fd)
        return fail_errno(fmt::format("open {}", file.string()));
    if (::flock(fd.get(), LOCK_EX | LOCK_NB) < 0) {
        if (errno != EWOULDBLOCK)
            return fail_errno(fmt::format("lock {}", file.string()));
        ONLAN_TRY(const std::string holder, read_file(file));
        return fail(
            Failed::conflict,
            fmt::format("another onlan is changing this host: {}; wait for it to finish", holder));
    }
    Lock lock{std::move(fd)};
    ONLAN_CHECK(lock.name_holder(fmt::format("'onlan {}'", command)));
    return lock;
}

Result<> Lock::name_holder(std::string_view holder) const
{
    const std::string text = fmt::format("{}, process {}", holder, ::getpid());
    if (::ftruncate(fd_.get(), 0) < 0 ||
        ::pwrite(fd_.get(), text.data(), text.size(), 0) != static_cast<ssize_t>(text.size()))
        return fail_errno("write the lock's holder");
    return {};
}

} // namespace onlan::apply
