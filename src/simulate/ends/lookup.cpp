#include "simulate/ends/lookup.hpp"

#include <algorithm>

#include "simulate/ip/routing.hpp"

namespace onlan::simulate {
namespace {

// compute_score(): how well a listener fits; 0: not at all.
int score(const model::Socket& socket, const Listening& at)
{
    if (socket.protocol != at.protocol || socket.port != at.port ||
        (socket.link != 0 && socket.link != at.arrived))
        return 0;
    const bool any = socket.address == net::IpAddress::any(socket.address.family());
    const bool same_family = socket.address.family() == at.address.family();
    if (any && !same_family && (socket.ipv6_only || socket.address.family() == net::Family::ipv4))
        return 0;
    if (!any && socket.address != at.address)
        return 0;
    return 1 + (any ? 0 : 4) + (same_family ? 1 : 0) + (socket.link != 0 ? 2 : 0);
}

} // namespace

LiveSocket* find_connected(Run& run, const Namespace& netns, const model::Tuple& tuple)
{
    const auto found = std::ranges::find_if(run.state.sockets, [&](const LiveSocket& socket) {
        return socket.netns == &netns && socket.protocol == tuple.protocol &&
               socket.state != SocketState::closed && socket.local == tuple.destination &&
               socket.remote == tuple.source && socket.local_port == tuple.destination_port &&
               socket.remote_port == tuple.source_port;
    });
    return found == run.state.sockets.end() ? nullptr : &*found;
}

const model::Socket* find_listener(const Namespace& netns, const Listening& at)
{
    const model::Socket* best = nullptr;
    int best_score = 0;
    for (const model::Socket& socket : netns.facts->sockets) {
        const int fits = score(socket, at);
        if (fits > best_score) {
            best = &socket;
            best_score = fits;
        }
    }
    return best;
}

Listening
diverted(Listening at, const net::IpAddress& source, const rules::Tproxy& to, const Device& in)
{
    at.address = to.address.value_or(select_address(in, source).value_or(at.address));
    if (to.port != 0)
        at.port = to.port;
    return at;
}

} // namespace onlan::simulate
