// Programme loudness as broadcasters measure it (ITU-R BS.1770-4, EBU R 128).
#pragma once

#include "evaluators/sound/sound_track.h"

namespace gallop::evaluators::sound {

constexpr double kAbsoluteGate = -70.0;  // LUFS below which a block counts as silence

struct Loudness {
  double integrated = kAbsoluteGate;   // LUFS; the gate when every block is below it
  std::vector<double> momentary = {};  // LUFS of 0.4 s blocks every 0.1 s, at least the gate
};
// A track shorter than a block is one block.
Loudness measure_loudness(const SoundTrack& track);

}  // namespace gallop::evaluators::sound
