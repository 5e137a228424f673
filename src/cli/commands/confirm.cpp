#include <iostream>

#include <CLI/CLI.hpp>

#include "apply/confirmation.hpp"
#include "cli/command.hpp"
#include "cli/start.hpp"

namespace onlan::cli {
namespace {

Result<int> run_confirm(const Options& options)
{
    ONLAN_CHECK(require_root("confirm"));
    ONLAN_CHECK(apply::confirm(options.place.state_folder));
    std::cout << "Confirmed: the changes stay.\n";
    return kDone;
}

} // namespace

Command add_confirm(CLI::App& program)
{
    return {program.add_subcommand("confirm", "keep the changes that are waiting to be confirmed"),
            run_confirm};
}

} // namespace onlan::cli
