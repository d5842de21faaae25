// An SQLite file layer that kills its own process in the middle of a chosen write.
#pragma once

#include <cstdint>

namespace gallop::test {

// From now on the process dies by SIGKILL inside its `number`-th write (from 1), when half of that write's bytes have reached the
// file. 0: never; writes are only counted.
void kill_in_write(std::int64_t number);
std::int64_t writes_so_far();

}  // namespace gallop::test
