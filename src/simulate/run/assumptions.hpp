#pragma once

#include "simulate/run/run.hpp"

namespace onlan::simulate {

// What the snapshot tells of and the model does not know, said of what the packets passed.
void assume_what_was_passed(Run& run);

} // namespace onlan::simulate
