#include <gmock/gmock.h>

#include "collect/sysctls.hpp"
#include "kernel/sysctl.hpp"
#include "model/sysctls.hpp"
#include "unit/kernel/own_netns.hpp"

namespace onlan::collect {
namespace {

using Sysctls = std::map<std::string, std::string>;

// What is listed, asked one by one. What the kernel does not have is not there.
Sysctls listed_sysctls(std::initializer_list<const char*> devices)
{
    Sysctls sysctls;
    const auto read = [&](const std::string& name) {
        if (const auto value = kernel::read_sysctl(name))
            sysctls[name] = *value;
    };
    model::for_each_netns_folder([&](const auto& folder) {
        for (const model::Sysctl& row : folder.rows)
            read(folder.at(row).name());
    });
    model::for_each_device_folder([&](const auto& folder) {
        for (const char* device : devices) {
            for (const model::Sysctl& row : folder.rows)
                read(folder.at(row).name(device));
        }
    });
    return sysctls;
}

TEST(Sysctls, AreCollectedAsListed)
{
    kernel::in_own_netns([](kernel::NetlinkSocket&) {
        const auto collected = collect_sysctls({{.name = "lo"}, {.name = "gone"}});
        ASSERT_TRUE(collected) << collected.error().message;
        EXPECT_THAT(listed_sysctls({"all", "default", "lo"}), testing::IsSubsetOf(*collected));
        EXPECT_FALSE(collected->contains("net.ipv4.conf.gone.rp_filter"));
    });
}

} // namespace
} // namespace onlan::collect
