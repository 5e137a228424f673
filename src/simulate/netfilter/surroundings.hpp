#pragma once

#include "simulate/run/run.hpp"

namespace onlan::simulate {

// What a rule may ask about the namespace that it stands in.
class NetnsSurroundings final : public rules::Surroundings {
public:
    NetnsSurroundings(Run& run, const Namespace& netns) : run_(run), netns_(netns) {}

    [[nodiscard]] std::uint8_t address_type(const net::IpAddress& address,
                                            const model::Link* link) const override;
    [[nodiscard]] const model::Link* reverse_device(const rules::PacketView& packet,
                                                    bool use_mark) const override;
    [[nodiscard]] std::optional<rules::SocketView>
    socket_of(const rules::PacketView& packet, const rules::Tproxy* to) const override;

private:
    Run& run_;
    const Namespace& netns_;
};

} // namespace onlan::simulate
