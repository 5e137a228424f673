// The list of sysctls beside the kernel that they are of.

#include <map>
#include <string>

#include <gmock/gmock.h>

#include "kernel/sysctl.hpp"
#include "model/sysctls.hpp"
#include "unit/kernel/own_netns.hpp"

namespace onlan::kernel {
namespace {

// In a fresh namespace. Some it takes over from the first one (devinet_init_net()), which
// `outside` may be.
void expect_as_listed(const model::Sysctl& row, const std::string& name, const std::string& outside)
{
    const auto value = read_sysctl(name);
    if (!value) {
        EXPECT_EQ(row.comes, model::Comes::by_option) << value.error().message;
    } else if (row.usual) {
        EXPECT_THAT(*value, testing::AnyOf(std::to_string(*row.usual), outside)) << name;
    }
}

// Every row with the name under which a namespace without devices has it.
template <typename Visit>
void for_each_row(Visit visit)
{
    model::for_each_netns_folder([&](const auto& folder) {
        for (const model::Sysctl& row : folder.rows)
            visit(row, folder.at(row).name());
    });
    model::for_each_device_folder([&](const auto& folder) {
        // "default" is what a device gets; only the first namespace has it of neighbours.
        const char* device = folder.name == model::kIpv4Neigh.name ? "lo" : "default";
        for (const model::Sysctl& row : folder.rows)
            visit(row, folder.at(row).name(device));
    });
}

TEST(Sysctls, AreAsTheListSays)
{
    std::map<std::string, std::string> outside;
    for_each_row([&](const model::Sysctl&, const std::string& name) {
        outside[name] = read_sysctl(name).value_or("");
    });
    in_own_netns([&](NetlinkSocket&) {
        for_each_row([&](const model::Sysctl& row, const std::string& name) {
            expect_as_listed(row, name, outside.at(name));
        });
    });
}

} // namespace
} // namespace onlan::kernel
