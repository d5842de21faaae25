// Symbol visibility and deprecation marks.
#pragma once

#if defined(GALLOP_BUILDING)
#define GALLOP_API __attribute__((visibility("default")))
#else
#define GALLOP_API
#endif

// Marks what goes away in a coming release; the text says what to use instead and since when.
#define GALLOP_DEPRECATED(hint) [[deprecated(hint)]]
