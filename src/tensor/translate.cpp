#include "tensor/translate.h"

#include <filesystem>
#include <new>
#include <string>

#include "base/check.h"
#include "tensor/aten.h"

namespace gallop::tensor {

void rethrow_translated() {
  try {
    throw;
  } catch (const c10::OutOfMemoryError& error) {
    throw OutOfMemory(
        fmt::format("the device is out of memory: {}; set memory_limit, or use a smaller size or batch", error.what_without_backtrace()));
  } catch (const c10::Error& error) {
    const std::string text = error.what_without_backtrace();
    if (text.find("DefaultCPUAllocator") != std::string::npos || text.find("out of memory") != std::string::npos)
      throw OutOfMemory(fmt::format("out of memory: {}; set memory_limit, or use a smaller size or batch", text));
    throw InternalError(
        fmt::format("LibTorch refused an operation: {}; this is a defect of gallop, please report it with what you ran", text));
  } catch (const std::bad_alloc&) {
    throw OutOfMemory("out of memory; use a shorter or smaller clip, or set memory_limit");
  } catch (const std::filesystem::filesystem_error& error) {
    throw IoError(error.what());
  }
}

}  // namespace gallop::tensor
