#include "base/free_memory.h"

#if __has_include(<malloc.h>)
#include <malloc.h>
#endif

namespace gallop::base {

void return_freed_memory() {
#ifdef __GLIBC__
  ::malloc_trim(0);
#endif
}

}  // namespace gallop::base
