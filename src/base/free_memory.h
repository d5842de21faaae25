// Memory that the allocator keeps for later.
#pragma once

namespace gallop::base {

// Gives freed memory back to the system where the C library can: worth it once after a model has been loaded, whose tensors were converted
// one after the other. Thread-safe; milliseconds.
void return_freed_memory();

}  // namespace gallop::base
