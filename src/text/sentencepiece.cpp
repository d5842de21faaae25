#include "text/sentencepiece.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "base/check.h"

namespace gallop::text {
namespace {

// The wire format: fields of a number and a kind; lengths are checked against what is left.
class Message {
 public:
  Message(std::string_view bytes, const std::string& where) : bytes_(bytes), where_(where) {}

  struct Field {
    std::uint64_t number = 0, value = 0;  // value of varints and fixed32
    std::string_view bytes = {};          // of length-delimited fields
  };
  bool next(Field& field) {
    if (bytes_.empty()) return false;
    const auto key = varint();
    field = {.number = key >> 3};
    switch (key & 7) {
      case 0:
        field.value = varint();
        break;
      case 1:
        take(8);
        break;
      case 2:
        field.bytes = take(varint());
        break;
      case 5: {
        const auto four = take(4);
        std::uint32_t value = 0;
        std::memcpy(&value, four.data(), 4);
        field.value = value;
        break;
      }
      default:
        broken();
    }
    return true;
  }

 private:
  [[noreturn]] void broken() const { throw FormatError(fmt::format("{}: no SentencePiece model, or a damaged one", where_)); }
  std::string_view take(std::uint64_t count) {
    if (count > bytes_.size()) broken();
    const auto part = bytes_.substr(0, count);
    bytes_.remove_prefix(count);
    return part;
  }
  std::uint64_t varint() {
    std::uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      const auto byte = static_cast<unsigned char>(take(1)[0]);
      value |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
      if (byte < 0x80) return value;
    }
    broken();
  }

  std::string_view bytes_;
  const std::string& where_;
};

SentencePieceModel::Piece piece_of(std::string_view bytes, const std::string& where) {
  SentencePieceModel::Piece piece;
  Message message(bytes, where);
  for (Message::Field field; message.next(field);) {
    if (field.number == 1) piece.text = field.bytes;
    if (field.number == 2) piece.score = std::bit_cast<float>(static_cast<std::uint32_t>(field.value));
    if (field.number == 3) piece.type = static_cast<int>(field.value);
  }
  return piece;
}

}  // namespace

SentencePieceModel parse_sentencepiece(std::string_view bytes, const std::string& where) {
  SentencePieceModel model;
  Message message(bytes, where);
  for (Message::Field field; message.next(field);) {
    if (field.number == 1) model.pieces.push_back(piece_of(field.bytes, where));
    if (field.number != 3) continue;
    Message normalizer(field.bytes, where);
    for (Message::Field inner; normalizer.next(inner);)
      if (inner.number == 2) model.charsmap = inner.bytes;
  }
  const bool unknown = std::any_of(model.pieces.begin(), model.pieces.end(), [](const auto& piece) { return piece.type == 2; });
  GALLOP_CHECK(unknown, FormatError, "{}: no SentencePiece model: {} pieces and no unknown one", where, model.pieces.size());
  return model;
}

}  // namespace gallop::text
