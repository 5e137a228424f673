#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace onlan::simulate {

// Which way a run takes where the model does not know. A run is repeated with the next script until
// every way has been taken; where it meets the same unknown again, it stays with its answer: an
// outcome that hangs on the unknown differs between the scripts that answer it all one way.
class Choices {
public:
    // The way to take of `ways` at the unknown called `name`.
    [[nodiscard]] std::size_t pick(const std::string& name, std::size_t ways);
    // Moves on to the next script; false when there is none.
    [[nodiscard]] bool next();

private:
    struct Taken {
        std::string name;
        std::size_t way = 0;
        std::size_t ways = 0;
    };
    std::vector<Taken> taken_;
};

} // namespace onlan::simulate
