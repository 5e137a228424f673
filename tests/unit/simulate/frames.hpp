#pragma once

// Single packets thrown into a world, and what became of them.

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "simulate/stages.hpp"
#include "unit/simulate/builders.hpp"

namespace onlan::simulate {

inline net::MacAddress mac(unsigned last)
{
    return {{0x02, 0xAA, 0, 0, 0, static_cast<std::uint8_t>(last)}};
}
inline constexpr net::MacAddress kEverybody{{0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF}};

// "10.0.0.1:1000 > 10.0.0.2:80" and the flags of a segment.
inline Ip segment(const std::string& from,
                  std::uint16_t source_port,
                  const std::string& to,
                  std::uint16_t destination_port,
                  std::uint8_t flags = kSyn)
{
    return {.source = ip(from),
            .destination = ip(to),
            .protocol = kTcp,
            .length = 40,
            .source_port = source_port,
            .destination_port = destination_port,
            .tcp_flags = flags,
            .window = 64240};
}
inline Ip datagram(const std::string& from,
                   std::uint16_t source_port,
                   const std::string& to,
                   std::uint16_t destination_port)
{
    Ip ip = segment(from, source_port, to, destination_port, 0);
    ip.protocol = kUdp;
    return ip;
}
inline Ip ping(const std::string& from, const std::string& to, std::uint16_t id = 7)
{
    Ip ip = segment(from, id, to, 0, 0);
    ip.protocol = kIcmp;
    ip.icmp_type = 8;
    return ip;
}

// A run of its own in a world that stays as it is.
class Sent {
public:
    explicit Sent(const World& world) : run_{.world = world, .choices = choices_} {}

    // A frame comes in by a device.
    Sent& in(const std::string& netns, const std::string& device, Packet packet)
    {
        begin_packet(run_, packet, 0);
        const Device& at = *run_.world.find(netns)->find(device);
        packet.type = packet_type(packet.ethernet.destination, at.mac);
        receive(run_, at, std::move(packet));
        drain(run_);
        return *this;
    }
    // Every step of the packets so far, as "DEVICE STAGE ACTION"; of `stage` only, if it is given.
    [[nodiscard]] std::vector<std::string> steps(std::string_view stage = {}) const
    {
        std::vector<std::string> lines;
        for (const Record::Step& step : run_.record.steps) {
            if (stage.empty() || model::word(step.stage) == stage)
                lines.push_back((step.device == nullptr ? "" : step.device->name() + " ") +
                                std::string(model::word(step.stage)) + " " +
                                std::string(model::word(step.action)));
        }
        return lines;
    }
    // What the packets were when they were sent: "RST+ACK 10.0.0.2:80 > 10.0.0.1:1000".
    [[nodiscard]] std::vector<std::string> packets() const
    {
        std::vector<std::string> lines;
        for (const model::TracedPacket& packet : packets_in_words(run_.record))
            lines.push_back(packet.summary);
        return lines;
    }
    [[nodiscard]] Run& run() { return run_; }

private:
    Choices choices_;
    Run run_;
};

} // namespace onlan::simulate
