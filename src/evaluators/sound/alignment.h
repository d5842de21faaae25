// When something begins to sound and when something begins to move, and the shift between the two.
#pragma once

#include <vector>

#include "evaluators/sound/sound_track.h"

namespace gallop::evaluators::sound {

constexpr double kAlignmentRate = 200.0;  // values per second of both curves

// Strength of onsets: growth of the logarithmic spectrum from one instant to the next, summed over frequencies. At
// kAlignmentRate, value i at i / rate seconds.
std::vector<double> sound_onsets(const SoundTrack& track);
// Strength of visible events from the change of motion at each frame: `changes[t]` belongs to frame t. Each event is spread
// over one frame's duration, because the picture cannot say more.
std::vector<double> motion_events(const std::vector<double>& changes, double fps, std::size_t length);

struct Alignment {
  double offset = 0.0;       // seconds that the sound comes after the picture
  double correlation = 0.0;  // of the curves at that offset, -1..1
  double rivals = 0.0;       // the best correlation further than 0.1 s from it
};
// The best offset within +-`reach` seconds, between the grid's instants by a parabola.
Alignment align(const std::vector<double>& sound, const std::vector<double>& motion, double reach);

}  // namespace gallop::evaluators::sound
