#pragma once

namespace onlan::cli {

// Makes it harmless that nobody reads what onlan prints: `onlan up | head -1` goes on with its work
// when head ends, and after `onlan up >&-` no file that is opened later takes the place of standard
// output, where sentences would end up in the journal. Call it first of all.
void keep_going_without_readers();

} // namespace onlan::cli
