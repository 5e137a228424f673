#include <netinet/in.h>

#include <gtest/gtest.h>

#include "collect/processes.hpp"

namespace onlan::collect {
namespace {

std::string command_line(std::initializer_list<const char*> words)
{
    std::string line;
    for (const char* word : words)
        line.append(word).push_back('\0');
    return line;
}

TEST(Processes, ADockerProxyTellsFromWhereToWhere)
{
    const model::DockerProxy expected{.protocol = IPPROTO_UDP,
                                      .host_address = *net::IpAddress::parse("0.0.0.0"),
                                      .host_port = 5000,
                                      .container_address = *net::IpAddress::parse("172.18.0.2"),
                                      .container_port = 53};
    EXPECT_EQ(
        docker_proxy_from_command_line(command_line(
            {"/usr/bin/docker-proxy", "-proto", "udp", "-host-ip", "0.0.0.0", "-host-port", "5000",
             "-container-ip", "172.18.0.2", "-container-port", "53", "-use-listen-fd"})),
        expected);
    EXPECT_FALSE(docker_proxy_from_command_line(command_line({"sleep", "-host-port", "1"})));
    EXPECT_FALSE(docker_proxy_from_command_line(command_line({"docker-proxy", "-host-port"})));
}

} // namespace
} // namespace onlan::collect
