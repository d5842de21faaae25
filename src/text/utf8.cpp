#include "text/utf8.h"

#include <utf8proc.h>

#include <cstdlib>
#include <memory>

#include "base/check.h"

namespace gallop::text {

std::vector<Letter> letters(std::string_view text) {
  std::vector<Letter> result;
  for (std::size_t at = 0; at < text.size();) {
    utf8proc_int32_t code = 0;
    const auto used = utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data()) + at, static_cast<utf8proc_ssize_t>(text.size() - at), &code);
    GALLOP_CHECK(used > 0, InvalidArgument, "prompt: byte {} is not UTF-8; save the text as UTF-8", at);
    result.push_back({static_cast<char32_t>(code), at, static_cast<std::size_t>(used)});
    at += static_cast<std::size_t>(used);
  }
  return result;
}

void append(std::string& text, char32_t code) {
  utf8proc_uint8_t bytes[4];
  const auto count = utf8proc_encode_char(static_cast<utf8proc_int32_t>(code), bytes);
  text.append(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(count));
}

std::vector<std::size_t> grapheme_ends(std::string_view text) {
  std::vector<std::size_t> ends;
  utf8proc_int32_t state = 0;
  const auto all = letters(text);
  for (std::size_t i = 0; i + 1 < all.size(); ++i)
    if (utf8proc_grapheme_break_stateful(static_cast<utf8proc_int32_t>(all[i].code), static_cast<utf8proc_int32_t>(all[i + 1].code), &state))
      ends.push_back(all[i + 1].offset);
  if (!text.empty()) ends.push_back(text.size());
  return ends;
}

std::string nfc(std::string_view text) {
  utf8proc_uint8_t* made = nullptr;
  const auto length = utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(text.data()), static_cast<utf8proc_ssize_t>(text.size()), &made,
                                   static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE));
  const std::unique_ptr<utf8proc_uint8_t, decltype(&std::free)> owner(made, &std::free);
  GALLOP_CHECK(length >= 0, InvalidArgument, "prompt: {}", utf8proc_errmsg(length));
  return std::string(reinterpret_cast<const char*>(made), static_cast<std::size_t>(length));
}

}  // namespace gallop::text
