#include "model/host.hpp"

#include "model/nft_outline.hpp"

namespace onlan::model {

Host::Host(const Snapshot& snapshot) : Host(snapshot, snapshot.namespaces.front()) {}

Host::Host(const Snapshot& snapshot, const Netns& of)
    : netns(of),
      docker(snapshot.docker),
      docker_missing(snapshot.docker_missing),
      base_chains(model::base_chains(of.nftables)),
      interface_rules(model::interface_rules(of.nftables)),
      own_rules(model::own_rules(of.nftables))
{}

} // namespace onlan::model
