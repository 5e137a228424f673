#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "rules/machine/program.hpp"

namespace onlan::rules {

inline constexpr std::uint32_t kPolicy = 0xFFFFFFFF; // in place of a rule: the chain's policy

// What a rule did beside changing the packet.
struct Effects {
    std::optional<Nat> nat;
    std::optional<Reject> reject;
    std::optional<Tproxy> tproxy;
    std::optional<std::uint32_t> notrack; // by this rule
    std::optional<CtZone> zone;
    bool broute = false;
};

// Something that was taken for true. Turned into words only for those who ask.
struct Guess {
    enum class Kind : std::uint8_t { matches, matches_not, chance, way, ignored };
    Kind kind = Kind::matches;
    std::uint32_t rule = 0;
    const OtherStep* step = nullptr; // Maybe and Ignored say more than that
    std::uint32_t chosen = 0;
};

// One packet on its way through a chain.
struct Fork {
    struct Caller {
        std::uint32_t rule = 0;
        std::uint32_t end = 0;
    };

    PacketView packet;
    std::uint32_t rule = 0;
    std::uint32_t end = 0; // of the chain
    std::uint16_t step = 0;
    std::optional<std::uint32_t> chosen; // for the step it stands at
    std::vector<Caller> callers;
    std::vector<std::uint32_t> path;
    std::vector<Guess> guesses;
    Effects effects;
    Registers registers;
};

} // namespace onlan::rules
