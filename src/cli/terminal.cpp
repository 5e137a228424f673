#include "cli/terminal.hpp"

#include <csignal>
#include <cstdlib>
#include <iostream>

#include <termios.h>
#include <unistd.h>

#include <fmt/format.h>

#include "cli/print.hpp"

namespace onlan::cli {

void Terminal::note(std::string_view what)
{
    if (verbosity_ == Verbosity::verbose)
        std::cerr << "onlan: " << what << '\n';
}

void Terminal::asking(std::size_t addresses, std::string_view link)
{
    std::cerr << fmt::format("checking whether {} addresses on {} are in use\n", addresses, link);
}

void Terminal::recovering(const apply::JournalRun& run)
{
    std::cout << (run.kind == apply::RunKind::up
                      ? "An earlier 'up' was interrupted; undoing what it did:\n"
                      : "An earlier 'down' was interrupted; finishing it:\n");
}

void Terminal::changing(const plan::PlannedStep& step)
{
    print_step(step);
}

// For the crash test: the process kills itself as soon as record number ONLAN_CRASH_AFTER of this
// run is on the disk.
void Terminal::recorded(unsigned records)
{
    const char* after = std::getenv("ONLAN_CRASH_AFTER");
    if (after != nullptr && std::strtoul(after, nullptr, 10) == records)
        std::raise(SIGKILL);
}

int Terminal::confirmable(std::chrono::seconds patience)
{
    // Reading from the background would stop this process.
    const bool terminal = ::isatty(STDIN_FILENO) != 0 && ::tcgetpgrp(STDIN_FILENO) == ::getpgrp();
    // What was typed before the question is no answer to it.
    if (terminal)
        ::tcflush(STDIN_FILENO, TCIFLUSH);
    std::cout << fmt::format("Can you still reach this host? {} within {} seconds to keep the "
                             "changes, or they are undone.\n",
                             terminal ? "Press Enter here, or run 'onlan confirm',"
                                      : "Run 'onlan confirm'",
                             patience.count())
              << std::flush;
    return terminal ? STDIN_FILENO : -1;
}

Answer ask(std::string_view question)
{
    if (::isatty(STDIN_FILENO) == 0)
        return Answer::nobody;
    std::cout << question << " [y/N] " << std::flush;
    std::string line;
    std::getline(std::cin, line);
    return line == "y" || line == "Y" || line == "yes" ? Answer::yes : Answer::no;
}

} // namespace onlan::cli
