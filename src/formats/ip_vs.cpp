#include "formats/ip_vs.hpp"

#include <array>
#include <charconv>
#include <optional>
#include <sstream>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace onlan::formats {
namespace {

constexpr std::array<std::string_view, 4> kKinds = {"TCP", "UDP", "SCTP", "FWM"};

std::optional<std::uint32_t> hexadecimal(std::string_view text)
{
    constexpr int kBase = 16;
    std::uint32_t number = 0;
    const auto [stop, error] =
        std::from_chars(text.data(), text.data() + text.size(), number, kBase);
    if (error != std::errc{} || stop != text.data() + text.size() || text.empty())
        return std::nullopt;
    return number;
}

// ip_vs_info_seq_show(): an IPv4 address and every number are in hexadecimal.
std::string address_and_port(std::string_view text)
{
    const std::size_t colon = text.rfind(':');
    const auto address = hexadecimal(text.substr(0, colon));
    if (colon == std::string_view::npos)
        return address ? std::to_string(*address) : std::string(text);
    const auto port = hexadecimal(text.substr(colon + 1));
    const std::string port_text = port ? std::to_string(*port) : "?";
    if (!address)
        return fmt::format("{}:{}", text.substr(0, colon), port_text);
    return fmt::format("{}.{}.{}.{}:{}", *address >> 24U, *address >> 16U & 0xFFU,
                       *address >> 8U & 0xFFU, *address & 0xFFU, port_text);
}

} // namespace

std::vector<std::string> virtual_services_from_proc(std::string_view text)
{
    std::vector<std::string> services;
    std::istringstream lines{std::string(text)};
    for (std::string line; std::getline(lines, line);) {
        std::istringstream words(line);
        std::string kind;
        std::string address;
        words >> kind >> address;
        for (const std::string_view known : kKinds) {
            if (kind == known && !address.empty())
                services.push_back(fmt::format("{} {}", kind, address_and_port(address)));
        }
    }
    return services;
}

std::string virtual_services_sentence(std::string_view text)
{
    const std::vector<std::string> services = virtual_services_from_proc(text);
    if (services.empty())
        return {};
    return fmt::format("IPVS takes what is for its virtual services ({}), and sends it elsewhere",
                       fmt::join(services, ", "));
}

} // namespace onlan::formats
