#pragma once

#include <chrono>
#include <filesystem>

#include "apply/actuator.hpp"
#include "apply/journal.hpp"
#include "base/result.hpp"
#include "cli/options.hpp"
#include "model/host.hpp"
#include "model/intent.hpp"
#include "plan/plan.hpp"

namespace onlan::cli {

// What every command starts from.

// On stderr, where --verbose asks for it.
void note(const Options& options, std::string_view what);

[[nodiscard]] Result<model::Intent> load_intent(const Options& options);
// Reading all of a host's network state, and changing it, takes root.
[[nodiscard]] Result<> require_root(std::string_view command);
// A name that is neither configured nor on the ledger is a mistake; a LAN that is configured may
// well be down already.
[[nodiscard]] Result<> check_names(const Options& options,
                                   const plan::Ledger& ledger,
                                   const std::vector<std::string>& lans);
[[nodiscard]] Result<model::Snapshot> read_host(const Options& options);
// What onlan has made here, without opening the journal for writing.
[[nodiscard]] Result<apply::Recorded> read_journal(const Options& options);
[[nodiscard]] Result<apply::Journal> open_journal(const Options& options);

// How long machines on the LAN have to answer.
inline constexpr std::chrono::milliseconds kAnswerTime{500};

// Asks the LAN which addresses are taken that Docker could hand out, and whether the gateways are
// there, for the LANs whose Docker network the plan makes: afterwards it is too late to reserve
// anything. Asks twice, and waits `patience` each time.
[[nodiscard]] Result<plan::Survey> survey(const model::Intent& intent,
                                          const model::Host& host,
                                          const plan::Plan& plan,
                                          std::chrono::milliseconds patience);

} // namespace onlan::cli
