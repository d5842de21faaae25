// SentencePiece model files (spiece.model): a protocol-buffer message of pieces and a normaliser.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace gallop::text {

struct SentencePieceModel {
  struct Piece {
    std::string text;
    float score = 0.0F;
    int type = 1;  // 1 normal, 2 unknown, 3 control, 4 user defined, 6 byte
  };
  std::vector<Piece> pieces;
  std::string charsmap;  // precompiled normaliser, may be empty
};

// Reads only what a unigram tokenizer needs. FormatError: a broken message, no pieces, no unknown piece.
SentencePieceModel parse_sentencepiece(std::string_view bytes, const std::string& where);

}  // namespace gallop::text
