// Writes a tiny Wan model folder for tests in other languages: write_tiny_wan FOLDER NAME TOKENIZER.json
#include <cstdio>

#include "support/tiny_wan_folder.h"

int main(int count, char** arguments) {
  if (count != 4) {
    std::fprintf(stderr, "usage: write_tiny_wan FOLDER NAME TOKENIZER.json\n");
    return 2;
  }
  try {
    gallop::test::write_tiny_wan(arguments[1], arguments[2], arguments[3]);
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "write_tiny_wan: %s\n", error.what());
    return 1;
  }
}
