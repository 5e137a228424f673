#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/unique_fd.hpp"

namespace onlan::kernel {

// Switches below /proc/sys, by sysctl(8)'s names: "net.ipv4.conf.eth0/100.rp_filter" is
// /proc/sys/net/ipv4/conf/eth0.100/rp_filter. Those of net.* belong to the calling thread's network
// namespace.
[[nodiscard]] Result<std::string> read_sysctl(std::string_view name);
[[nodiscard]] Result<> write_sysctl(std::string_view name, std::string_view value);

// The sysctls of one folder of this thread's network namespace, such as "net.ipv4.conf". Every walk
// from /proc/sys down compares the folder's entries of all namespaces one after the other
// (fs/proc/proc_sysctl.c, proc_sys_compare()), so for many sysctls the walk is made once.
class SysctlFolder {
public:
    // std::errc::no_such_file_or_directory when the kernel does not have it.
    [[nodiscard]] static Result<SysctlFolder> open(std::string_view name);
    // `file` is one path component, as the kernel writes it.
    [[nodiscard]] Result<SysctlFolder> folder(const std::string& file) const;
    [[nodiscard]] Result<std::string> read(const std::string& file) const;
    // Of the sysctls directly in it.
    [[nodiscard]] Result<std::vector<std::string>> files() const;

private:
    explicit SysctlFolder(UniqueFd fd) noexcept : fd_(std::move(fd)) {}

    UniqueFd fd_;
};

} // namespace onlan::kernel
