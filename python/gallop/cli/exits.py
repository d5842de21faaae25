"""Exit codes, the same for every command."""

OK = 0
INTERNAL = 1
USAGE = 2
INCOMPLETE = 3  # finished, but something was bad, damaged or missing
INTERRUPTED = 130
