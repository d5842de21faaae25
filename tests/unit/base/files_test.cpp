#include <doctest/doctest.h>

#include <fstream>

#include "base/files.h"
#include "base/hash.h"
#include "gallop/error.h"
#include "support/shared_data.h"

using namespace gallop;

TEST_CASE("files: an atomic write is whole or absent") {
  const test::ScratchFolder folder;
  base::write_text_atomic(folder / "a.txt", "one");
  base::write_text_atomic(folder / "a.txt", "two");
  CHECK(base::read_text(folder / "a.txt") == "two");
  CHECK_THROWS_AS(base::write_atomic(folder / "a.txt",
                                     [](const std::filesystem::path& temporary) {
                                       std::ofstream(temporary) << "half";
                                       throw Cancelled("stop");
                                     }),
                  Cancelled);
  CHECK(base::read_text(folder / "a.txt") == "two");
  CHECK(std::distance(std::filesystem::directory_iterator(folder.path()), {}) == 1);
}

TEST_CASE("files: wrong paths have their own kinds") {
  const test::ScratchFolder folder;
  CHECK_THROWS_AS(base::read_text(folder / "none"), NotFound);
  CHECK_THROWS_AS(base::read_text(folder.path()), InvalidArgument);
  CHECK_THROWS_AS(base::write_text_atomic(folder / "no" / "a.txt", "x"), IoError);
  CHECK_THROWS_AS(base::write_text_atomic(folder.path(), "x"), IoError);
  base::write_text_atomic(folder / "big", std::string(100, 'x'));
  CHECK_THROWS_AS(base::read_text(folder / "big", 99), FormatError);
}

TEST_CASE("hash: SHA-256 of the FIPS 180 example") {
  const std::string text = "abc";
  CHECK(base::sha256_hex(std::as_bytes(std::span(text))) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  const test::ScratchFolder folder;
  base::write_text_atomic(folder / "empty", "");
  CHECK(base::sha256_file(folder / "empty") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}
