#include "base/log.h"

#include <array>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <mutex>

namespace gallop {
namespace {

constexpr std::array<std::string_view, 5> kLevelNames = {"debug", "info", "warning", "error", "off"};

LogLevel level_from_environment() {
  const char* text = std::getenv("GALLOP_LOG");
  for (std::size_t i = 0; text != nullptr && i < kLevelNames.size(); ++i)
    if (kLevelNames[i] == text) return static_cast<LogLevel>(i);
  return LogLevel::warning;
}

std::atomic<LogLevel>& current_level() {
  static std::atomic<LogLevel> level{level_from_environment()};
  return level;
}

struct Sink {
  std::mutex mutex;
  std::function<void(LogLevel, std::string_view)> function;
};
Sink& current_sink() {
  static Sink sink;
  return sink;
}

}  // namespace

inline namespace v0 {

void set_log_sink(std::function<void(LogLevel, std::string_view)> sink) {
  const std::lock_guard lock(current_sink().mutex);
  current_sink().function = std::move(sink);
}
void set_log_level(LogLevel level) noexcept { current_level().store(level); }
LogLevel log_level() noexcept { return current_level().load(); }

}  // namespace v0

namespace base {

void log_text(LogLevel level, std::string_view text) noexcept try {
  const std::lock_guard lock(current_sink().mutex);
  if (current_sink().function) {
    current_sink().function(level, text);
  } else {
    const auto name = kLevelNames[static_cast<std::size_t>(level)];
    std::fprintf(stderr, "gallop %.*s: %.*s\n", static_cast<int>(name.size()), name.data(), static_cast<int>(text.size()), text.data());
  }
} catch (...) {
  // A sink that throws must not end the work that only wanted to say something.
}

}  // namespace base
}  // namespace gallop
