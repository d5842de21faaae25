// write_tiny_single_stream FOLDER: a complete tiny checkpoint for tests in other languages.
#include <fmt/format.h>

#include "support/tiny_single_stream_folder.h"

int main(int count, char** arguments) {
  if (count != 2) {
    fmt::print(stderr, "usage: write_tiny_single_stream FOLDER\n");
    return 2;
  }
  gallop::test::write_tiny_single_stream(arguments[1]);
  return 0;
}
