#pragma once

#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "kernel/probe_packets.hpp"
#include "model/host.hpp"
#include "model/intent.hpp"
#include "operate/observer.hpp"
#include "plan/plan.hpp"

namespace onlan::operate {

// A machine that saves power on Wi-Fi hears a question only with every third beacon or so, 0.3 s
// apart. Before addresses are given away it must not be missed.
inline constexpr std::chrono::milliseconds kAnswerTime{500};
// For a plan that is only looked at and is to be there at once.
inline constexpr std::chrono::milliseconds kShortAnswerTime{100};

// What is asked on one link: who has the addresses that Docker could hand out, and whether the
// gateway is there.
struct Inquiry {
    std::string link;
    std::vector<net::IpAddress> addresses; // the gateway's too, unless it is this host
    std::optional<net::IpAddress> gateway;
    bool gateway_is_here = false; // and does not answer itself

    friend bool operator==(const Inquiry&, const Inquiry&) = default;
};

// For the LANs whose Docker network the plan makes: afterwards it is too late to reserve anything.
[[nodiscard]] std::vector<Inquiry>
inquiries(const model::Intent& intent, const model::Host& host, const plan::Plan& plan);

// What it means that these addresses answered, and no others did.
void conclude(const Inquiry& inquiry,
              std::span<const kernel::ProbeAnswer> answers,
              plan::Survey& survey);

// Asks each twice, and waits `patience` each time.
[[nodiscard]] Result<plan::Survey> survey(const std::vector<Inquiry>& inquiries,
                                          std::chrono::milliseconds patience,
                                          Observer& observer);

} // namespace onlan::operate
