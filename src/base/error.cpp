#include "gallop/error.h"

#include <array>

#include "base/check.h"

namespace gallop {
inline namespace v0 {

std::string_view name_of(ErrorKind kind) noexcept {
  constexpr std::array<std::string_view, 10> kErrorNames = {"InvalidArgument", "NotFound",    "FormatError", "MediaError", "ModelError",
                                                            "Unsupported",     "OutOfMemory", "Cancelled",   "IoError",    "InternalError"};
  const auto index = static_cast<std::size_t>(kind);
  return index < kErrorNames.size() ? kErrorNames[index] : "Error";
}

Error::Error(ErrorKind kind, const std::string& message) : std::runtime_error(message), kind_(kind) {}

// Out of line: one home for each class's type information, so that catching across the library's border works.
Error::~Error() = default;
InvalidArgument::~InvalidArgument() = default;
NotFound::~NotFound() = default;
FormatError::~FormatError() = default;
MediaError::~MediaError() = default;
ModelError::~ModelError() = default;
Unsupported::~Unsupported() = default;
OutOfMemory::~OutOfMemory() = default;
Cancelled::~Cancelled() = default;
IoError::~IoError() = default;
InternalError::~InternalError() = default;

}  // namespace v0

namespace base {

void fail_assert(const char* condition, const char* file, int line) {
  throw InternalError(fmt::format("{}:{}: internal check failed: {}; this is a defect of gallop, please report it with what you ran", file,
                                  line, condition));
}

}  // namespace base
}  // namespace gallop
