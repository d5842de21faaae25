// Where the library's messages go. Silent below `warning` unless GALLOP_LOG (debug, info, warning, error, off) says otherwise.
#pragma once

#include <functional>
#include <string_view>

#include "gallop/export.h"

namespace gallop {
inline namespace v0 {

enum class LogLevel { debug, info, warning, error, off };

// Replaces the sink (default: standard error). Thread-safe; the sink may be called from any thread, one call at a time.
// An empty function restores the default.
GALLOP_API void set_log_sink(std::function<void(LogLevel, std::string_view)> sink);
GALLOP_API void set_log_level(LogLevel level) noexcept;
GALLOP_API LogLevel log_level() noexcept;

}  // namespace v0
}  // namespace gallop
