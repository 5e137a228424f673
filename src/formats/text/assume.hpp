#pragma once

#include "formats/text/paste.hpp"

namespace onlan::formats::text {

// What a paste leaves out is filled in as the kernel and Docker would have it. Each step says what
// it took for granted, with the command that would tell (model::Netns::assumed).

// What kind of device each is, where `ip -details link` was not pasted.
void assume_kinds(Part& part);
// Which container a host name or a process stood for.
void settle_names(Paste& paste);
// Networks and addresses of containers, where only `docker ps` or a compose file tells of them.
void assume_addresses(Paste& paste);
// A namespace for each container that only Docker tells of, with its devices.
void assume_containers(Paste& paste);
// Which veths are two ends of one cable, and which device of a container stands on which NIC.
void join_namespaces(Paste& paste);
// Routes of addresses, routing rules, sysctls and sockets.
void assume_network(const Paste& paste, Part& part);
// Rules that were not pasted: Docker's own, or none.
void assume_rules(Paste& paste, Part& host);

[[nodiscard]] bool docker_runs(const Paste& paste, const Part& host);
// The bridge of a network that Docker's bridge driver made.
[[nodiscard]] std::string bridge_of(const model::DockerNetwork& network);

} // namespace onlan::formats::text
