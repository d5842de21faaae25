// The sampling rules of the single-stream audio-video class (single_stream.md 2.13 to 2.16).
#pragma once

#include "pipelines/joint/stage.h"

namespace gallop::pipelines::single_stream {

// Latent sizes of one stage.
struct StageSize {
  std::int64_t frames = 0, height = 0, width = 0, audio = 0;  // latent frames, latent pixels, audio latents
};

// Unit noise to start from, drawn in the published order: audio, then video. With `sound` the audio is given and not drawn.
joint::Latents first_noise(const StageSize& size, std::int64_t video_channels, std::int64_t audio_channels, tensor::NoiseStream& noise,
                           const at::Tensor& sound = {});

// Video: `high` above timestep 500, `low` from there on. Audio: `high` throughout.
joint::GuidanceRule base_guidance(double high, double low);
// Super-resolution: `scale`, but at most 2 in the first 13 latent frames.
joint::GuidanceRule refiner_guidance(double scale);

// The base stage's plan: UniPC, or re-noising for the distilled model.
joint::StagePlan base_plan(int steps, double shift, bool distilled);
// Super-resolution: five steps on the ordinary grid, sound held.
joint::StagePlan refiner_plan(int steps, double shift);

// What super-resolution starts from: the base video enlarged (trilinear, corners aligned) and mixed with noise at level 220 of
// the zero-SNR table, the sound mixed with 0.7 of noise. Draws for the video, then for the sound. The solver's first level is
// higher than this mix, as published.
joint::Latents refiner_start(const joint::Latents& base, std::int64_t height, std::int64_t width, tensor::NoiseStream& noise);

// Sound to latents for the audio-driven mode: stereo waveform at 51.2 kHz [2, n], one piece up to 29 s, beyond that pieces of
// 29 s that overlap by half and are faded into each other. `encode` gives a sample of the posterior, latents [C, n / 2048].
at::Tensor driving_latents(const at::Tensor& waveform, const std::function<at::Tensor(const at::Tensor&)>& encode);

}  // namespace gallop::pipelines::single_stream
