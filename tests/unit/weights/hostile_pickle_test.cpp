// Pickles made to run code, to exhaust memory or time, or to break the reader itself.
#include <doctest/doctest.h>

#include "gallop/error.h"
#include "support/zip_text.h"
#include "weights/flatten.h"
#include "weights/pickle.h"

using namespace gallop;
using test::little;
using test::pickle_text;

namespace {

void refuse(const std::string& pickle, const char* because) {
  CAPTURE(because);
  const std::span bytes(reinterpret_cast<const std::byte*>(pickle.data()), pickle.size());
  const auto read = [&] {
    const auto parsed = weights::read_pickle(bytes, "test");
    weights::flatten(*parsed.value, [](const weights::TensorSpec&) { return at::Tensor(); }, "test");
  };
  CHECK_THROWS_WITH_AS(read(), doctest::Contains(because), FormatError);
}

std::string repeated(std::string_view text, std::size_t times) {
  std::string out;
  for (std::size_t i = 0; i < times; ++i) out += text;
  return out;
}

}  // namespace

TEST_CASE("hostile pickle: whatever names code is refused and the name told") {
  for (const std::string name :
       {"os\nsystem", "posix\nsystem", "builtins\neval", "builtins\ngetattr", "torch\nload", "torch.nn.modules.linear\nLinear",
        "numpy\nndarray", "torch._utils\n_rebuild_tensor_v9", "functools\npartial", "torch.storage\n_load_from_bytes"}) {
    auto dotted = name;
    dotted[dotted.find('\n')] = '.';
    refuse(
        "\x80\x02"
        "c" +
            name + "\n(" + pickle_text("x") + "tR.",
        dotted.c_str());
    const auto at = name.find('\n');
    refuse("\x80\x04" + pickle_text(name.substr(0, at)) + pickle_text(name.substr(at + 1)) + "\x93)R.", dotted.c_str());
  }
  refuse(
      "\x80\x02"
      "i__builtin__\nprint\n.",
      "0x69");                          // INST
  refuse("\x80\x02\x82\x01.", "0x82");  // EXT1
  refuse(
      "\x80\x02"
      "Pabc\n.",
      "0x50");  // PERSID
}

TEST_CASE("hostile pickle: broken stacks are refused") {
  for (const auto* text : {"R.", "t.",  "s.",  "a.",  "u.",   "b.",   "Q.",     "q\x01.", "e.", ".",
                           "(.", "NN.", "N(.", "]Na", "}Ns.", "N(0.", "h\x01.", "",       "K",  "X\xFF\xFF\xFF\xFF"})
    refuse(text, "test");
}

TEST_CASE("hostile pickle: structures that contain themselves end in an error, without a leak") {
  refuse(
      "]q\x01h\x01"
      "a.",
      "itself");
  refuse("}q\x01K\x01h\x01s.", "itself");
  refuse(
      "]q\x01]q\x02h\x01"
      "ah\x02"
      "aa.",
      "itself");
}

TEST_CASE("hostile pickle: a million nested tuples do not exhaust the stack") {
  refuse("N" + repeated("\x85", 1'000'000) + ".", "nested too deeply");
}

TEST_CASE("hostile pickle: a few bytes do not become a mountain") {
  // Thirty lists, each holding the next ten times.
  std::string laughs(
      "]q\0"
      "0",
      4);
  for (int i = 1; i < 30; ++i)
    laughs += "](" + repeated(std::string("h") + static_cast<char>(i - 1), 10) + "eq" + static_cast<char>(i) + "0";
  refuse(laughs + "h\x1d.", "nested too deeply");
  // One large dictionary as the state of many objects.
  std::string states = "}q\x01(";
  for (int i = 0; i < 1000; ++i) states += pickle_text("k") + "N";
  states += "u0";
  refuse(states +
             repeated("c__torch__\nA\n)\x81h\x01"
                      "b0",
                      5000) +
             "N.",
         "describes more than");
  // One list of pairs made into many dictionaries.
  std::string pairs = "]q\x01(" + repeated("NN\x86", 1000) + "e0";
  refuse(pairs + repeated("ccollections\nOrderedDict\nh\x01\x85R0", 5000) + "N.", "describes more than");
  refuse(repeated(")0", 5'000'000) + "N.", "describes more than");
  refuse(repeated("(", 5'000'000) + "N.", "describes more than");
  refuse("c" + std::string(1 << 20, 'a') + "\nb\n.", "longer than");
  refuse("}" + pickle_text(std::string(5000, 'k')) + "]s.", "longer than");
}

TEST_CASE("hostile pickle: numbers beyond 64 bits are not mistaken for small ones") {
  const auto big = std::string("\x8a\x0a") + little(1, 8) + little(1, 2);
  refuse("(" + pickle_text("storage") + "ctorch\nFloatStorage\n" + pickle_text("0") + pickle_text("cpu") + big + "tQ.",
         "a number was expected");
}
