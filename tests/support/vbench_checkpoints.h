// Checkpoint files of the VBench networks with the deterministic weights of the golden files, for tests from file to score.
#pragma once

#include <filesystem>

#include "gallop/evaluator.h"

namespace gallop::test {

// Writes raft-things.safetensors. `motion` multiplies the last layer of the flow head, and with it the flow.
void write_raft(const std::filesystem::path& folder, double motion = 0.05);
// Writes amt-s.safetensors.
void write_amt(const std::filesystem::path& folder);

// Scores one clip on one dimension on the CPU.
ClipResult score_one(const ClipRequest& request, const std::string& dimension, const std::filesystem::path& weights);

}  // namespace gallop::test
