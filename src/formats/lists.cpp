#include "formats/lists.hpp"

#include <fmt/format.h>

#include "formats/lines.hpp"

namespace onlan::formats {

Result<std::vector<model::Conntrack>> parse_conntrack_list(std::string_view text)
{
    std::vector<model::Conntrack> entries;
    ONLAN_CHECK(for_each_line(text, [&](std::string_view line, std::size_t number) -> Result<> {
        // "conntrack v1.4.7 (conntrack-tools): 2 flow entries have been shown."
        if (line.starts_with("conntrack v"))
            return {};
        auto entry = model::Conntrack::parse(line);
        if (!entry)
            return Failure{std::move(entry).error().within(fmt::format("line {}", number))};
        entries.push_back(*entry);
        return {};
    }));
    return entries;
}

Result<std::map<std::string, std::string>> parse_sysctl_list(std::string_view text)
{
    std::map<std::string, std::string> sysctls;
    ONLAN_CHECK(for_each_line(text, [&](std::string_view line, std::size_t number) -> Result<> {
        constexpr std::string_view kBetween = " = ";
        if (line.starts_with("sysctl: ")) // what it could not read, where stderr is in the file
            return {};
        const std::size_t at = line.find(" =");
        if (at == std::string_view::npos)
            return fail(Failed::parse, fmt::format("line {}: expected 'name = value', found '{}'",
                                                   number, line.substr(0, 80)));
        if (line.starts_with("net."))
            sysctls.insert_or_assign(
                std::string(line.substr(0, at)),
                std::string(line.substr(std::min(at + kBetween.size(), line.size()))));
        return {};
    }));
    return sysctls;
}

} // namespace onlan::formats
