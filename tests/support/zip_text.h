// A zip file in memory, with every field open to lies.
#pragma once

#include <zlib.h>

#include <string>
#include <vector>

#include "support/byte_text.h"

namespace gallop::test {

struct ZipPart {
  std::string name, content;
  bool deflate = false;
  std::int64_t claimed_size = -1;  // unpacked size to write instead of the true one
};

inline std::string deflated(const std::string& content) {
  z_stream stream{};
  deflateInit2(&stream, 9, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
  std::string out(deflateBound(&stream, content.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(content.data()));
  stream.avail_in = static_cast<uInt>(content.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

inline std::string zip_bytes(const std::vector<ZipPart>& parts) {
  std::string out, directory;
  for (const auto& part : parts) {
    const auto packed = part.deflate ? deflated(part.content) : part.content;
    const auto size = part.claimed_size < 0 ? part.content.size() : static_cast<std::uint64_t>(part.claimed_size);
    const auto offset = out.size();
    const auto common =
        little(part.deflate ? 8 : 0, 2) + little(0, 8) + little(packed.size(), 4) + little(size, 4) + little(part.name.size(), 2);
    out += "PK\x03\x04" + little(20, 2) + little(0, 2) + common + little(0, 2) + part.name + packed;
    directory +=
        "PK\x01\x02" + little(20, 2) + little(20, 2) + little(0, 2) + common + little(0, 2 + 2 + 2 + 2 + 4) + little(offset, 4) + part.name;
  }
  const auto start = out.size();
  return out + directory + "PK\x05\x06" + little(0, 4) + little(parts.size(), 2) + little(parts.size(), 2) + little(directory.size(), 4) +
         little(start, 4) + little(0, 2);
}

// Pieces of pickle, protocol 2.
inline std::string pickle_text(std::string_view text) { return "X" + little(text.size(), 4) + std::string(text); }
inline std::string pickle_number(std::int32_t value) { return "J" + little(static_cast<std::uint32_t>(value), 4); }
inline std::string pickle_tuple(const std::vector<std::int32_t>& values) {
  std::string out = "(";
  for (const auto value : values) out += pickle_number(value);
  return out + "t";
}
inline std::string pickle_tensor(std::string_view key, std::int32_t numel, std::int32_t offset, const std::vector<std::int32_t>& sizes,
                                 const std::vector<std::int32_t>& strides, std::string_view storage = "FloatStorage") {
  return "ctorch._utils\n_rebuild_tensor_v2\n((" + pickle_text("storage") + "ctorch\n" + std::string(storage) + "\n" + pickle_text(key) +
         pickle_text("cpu") + pickle_number(numel) + "tQ" + pickle_number(offset) + pickle_tuple(sizes) + pickle_tuple(strides) + "\x89" +
         "ccollections\nOrderedDict\n)RtR";
}
inline std::string pickled(const std::string& body) { return "\x80\x02" + body + "."; }
// A torch archive whose description is `body` and whose only storage "0" is `storage`.
inline std::string torch_zip(const std::string& body, const std::string& storage, bool deflate = false) {
  return zip_bytes({{"a/data.pkl", pickled(body), deflate}, {"a/data/0", storage, deflate}});
}

}  // namespace gallop::test
