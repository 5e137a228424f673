#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "rules/machine/program.hpp"

namespace onlan::rules {

// A rule of a chain, or the end behind its last one.
struct Place {
    const CompiledChain* chain = nullptr;
    std::uint32_t rule = 0;

    [[nodiscard]] bool is_end() const { return rule == chain->rules.size(); }
    [[nodiscard]] const RuleRef* ref() const { return &chain->refs[rule]; }
};

// What a rule did beside changing the packet.
struct Effects {
    std::optional<Nat> nat;
    std::optional<Reject> reject;
    std::optional<Tproxy> tproxy;
    const RuleRef* notrack = nullptr; // by this rule
    std::optional<CtZone> zone;
    bool broute = false;
};

// Something that was taken for true. Turned into words only for those who ask.
struct Guess {
    enum class Kind : std::uint8_t {
        matches,
        matches_not,
        presumed,
        chance,
        way,
        ignored,
        passes, // these three: what an unknown action does
        accepts,
        drops
    };
    Kind kind = Kind::matches;
    const RuleRef* rule = nullptr;
    const OtherStep* step = nullptr; // Maybe, Presumed, Ignored and Unknown say more than that
    std::uint32_t chosen = 0;
};

// One packet on its way through a chain.
struct Fork {
    PacketView packet;
    Place at;
    std::uint16_t step = 0;
    std::optional<std::uint32_t> chosen; // for the step it stands at
    std::vector<Place> callers;          // where they go on
    std::vector<const RuleRef*> path;
    std::vector<Guess> guesses;
    Effects effects;
    Registers registers;
};

} // namespace onlan::rules
