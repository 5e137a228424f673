#include "cli/standard_streams.hpp"

#include <csignal>
#include <initializer_list>

#include <fcntl.h>
#include <unistd.h>

namespace onlan::cli {

void keep_going_without_readers()
{
    for (const int standard : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
        // open(2) takes the lowest number that is free, which is this one.
        if (::fcntl(standard, F_GETFD) < 0)
            static_cast<void>(::open("/dev/null", O_RDWR));
    }
    std::signal(SIGPIPE, SIG_IGN);
}

} // namespace onlan::cli
