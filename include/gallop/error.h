// The ten kinds of error. Every failure of the library is one of them; no foreign exception leaves it.
//
// A message is complete on its own: where, what was found, what was expected, what to do.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

#include "gallop/export.h"

namespace gallop {
inline namespace v0 {

enum class ErrorKind {
  invalid_argument,  // the caller passed something impossible
  not_found,         // a file, tensor, dimension or pipeline is absent; the message lists near names
  format_error,      // a file exists but breaks its format
  media_error,       // a clip or image could not be decoded or encoded
  model_error,       // weights do not fit the model: missing, unexpected, shape, dtype
  unsupported,       // known, but not built in or impossible on this device
  out_of_memory,     // an allocation failed; says how much was asked and which option lowers it
  cancelled,         // a callback or a token said stop; the object stays usable
  io_error,          // open, read, write, rename, disk full
  internal_error,    // an invariant of the library broke
};

// Public name of a kind, e.g. "InvalidArgument": the class name in C++ and in Python.
GALLOP_API std::string_view name_of(ErrorKind kind) noexcept;

class GALLOP_API Error : public std::runtime_error {
 public:
  Error(ErrorKind kind, const std::string& message);
  ~Error() override;
  ErrorKind kind() const noexcept { return kind_; }

 private:
  ErrorKind kind_;
};

#define GALLOP_ERROR_CLASS(Name, kind_value)                                             \
  class GALLOP_API Name : public Error {                                                 \
   public:                                                                               \
    explicit Name(const std::string& message) : Error(ErrorKind::kind_value, message) {} \
    ~Name() override;                                                                    \
  };

GALLOP_ERROR_CLASS(InvalidArgument, invalid_argument)
GALLOP_ERROR_CLASS(NotFound, not_found)
GALLOP_ERROR_CLASS(FormatError, format_error)
GALLOP_ERROR_CLASS(MediaError, media_error)
GALLOP_ERROR_CLASS(ModelError, model_error)
GALLOP_ERROR_CLASS(Unsupported, unsupported)
GALLOP_ERROR_CLASS(OutOfMemory, out_of_memory)
GALLOP_ERROR_CLASS(Cancelled, cancelled)
GALLOP_ERROR_CLASS(IoError, io_error)
GALLOP_ERROR_CLASS(InternalError, internal_error)
#undef GALLOP_ERROR_CLASS

}  // namespace v0
}  // namespace gallop
