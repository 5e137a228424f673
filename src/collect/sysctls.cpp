#include "collect/sysctls.hpp"

#include <fmt/format.h>

#include "kernel/sysctl.hpp"
#include "model/sysctls.hpp"

namespace onlan::collect {
namespace {

using Sysctls = std::map<std::string, std::string>;

bool is_missing(const Error& error)
{
    return error.code == std::errc::no_such_file_or_directory;
}

// Hands a folder to `read` if the kernel has it: some come with a module, or the link has gone
// since it was listed.
template <typename Read>
Result<> in_folder(Result<kernel::SysctlFolder> folder, Read read)
{
    if (!folder)
        return is_missing(folder.error()) ? Result<>{} : Failure{std::move(folder).error()};
    return read(*folder);
}

class Reader {
public:
    explicit Reader(const std::vector<model::Link>& links) : links_(links) {}

    template <std::size_t Count>
    [[nodiscard]] Result<> read(const model::SysctlFolder<Count>& listed)
    {
        return in_folder(kernel::SysctlFolder::open(listed.name),
                         [&](const kernel::SysctlFolder& folder) -> Result<> {
                             if (listed.reads == model::Reads::whole)
                                 return read_whole(folder, listed.name);
                             for (const model::Sysctl& row : listed.rows)
                                 ONLAN_CHECK(
                                     keep(folder, std::string(row.name), listed.at(row).name()));
                             return {};
                         });
    }
    template <std::size_t Count>
    [[nodiscard]] Result<> read_of_devices(const model::SysctlFolder<Count>& listed)
    {
        return in_folder(kernel::SysctlFolder::open(listed.name),
                         [&](const kernel::SysctlFolder& folder) -> Result<> {
                             for (const char* common : {"all", "default"})
                                 ONLAN_CHECK(read_device(folder, common, listed));
                             for (const model::Link& link : links_)
                                 ONLAN_CHECK(read_device(folder, link.name, listed));
                             return {};
                         });
    }
    [[nodiscard]] Sysctls take() && { return std::move(sysctls_); }

private:
    template <std::size_t Count>
    [[nodiscard]] Result<> read_device(const kernel::SysctlFolder& folder,
                                       const std::string& device,
                                       const model::SysctlFolder<Count>& listed)
    {
        return in_folder(folder.folder(device), [&](const kernel::SysctlFolder& own) -> Result<> {
            for (const model::Sysctl& row : listed.rows)
                ONLAN_CHECK(keep(own, std::string(row.name), listed.at(row).name(device)));
            return {};
        });
    }
    [[nodiscard]] Result<> read_whole(const kernel::SysctlFolder& folder, std::string_view name)
    {
        ONLAN_TRY(const auto files, folder.files());
        for (const std::string& file : files)
            ONLAN_CHECK(keep(folder, file, fmt::format("{}.{}", name, file)));
        return {};
    }
    [[nodiscard]] Result<>
    keep(const kernel::SysctlFolder& folder, const std::string& file, std::string name)
    {
        auto value = folder.read(file);
        if (value)
            sysctls_.emplace(std::move(name), *std::move(value));
        // The kernel was built without it. A few can only be written.
        else if (!is_missing(value.error()) && value.error().code != std::errc::permission_denied)
            return Failure{std::move(value).error()};
        return {};
    }

    const std::vector<model::Link>& links_;
    Sysctls sysctls_;
};

} // namespace

Result<Sysctls> collect_sysctls(const std::vector<model::Link>& links)
{
    Reader reader(links);
    Result<> read;
    model::for_each_netns_folder([&](const auto& folder) {
        if (read)
            read = reader.read(folder);
    });
    model::for_each_device_folder([&](const auto& folder) {
        if (read)
            read = reader.read_of_devices(folder);
    });
    ONLAN_CHECK(read);
    return std::move(reader).take();
}

} // namespace onlan::collect
