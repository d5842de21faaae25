// Cleaning of prompts before they are tokenised (wan.md 2.1).
#pragma once

#include <string>
#include <string_view>

namespace gallop::text {

// Straight quotes, half-width letters, split ligatures, one kind of line break, no control characters, composed letters;
// HTML entities resolved twice; blanks collapsed and trimmed. Wrongly decoded text ("schÃ¶n") is left as it is.
// InvalidArgument: not UTF-8.
std::string clean_prompt(std::string_view prompt);
std::string unescape_html(std::string_view text);

}  // namespace gallop::text
