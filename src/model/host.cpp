#include "model/host.hpp"

#include "model/nft_outline.hpp"

namespace onlan::model {

Host::Host(const Snapshot& snapshot)
    : netns(snapshot.namespaces.front()),
      docker(snapshot.docker),
      docker_missing(snapshot.docker_missing),
      base_chains(model::base_chains(netns.nftables)),
      interface_rules(model::interface_rules(netns.nftables)),
      own_rules(model::own_rules(netns.nftables))
{}

} // namespace onlan::model
