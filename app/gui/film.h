#pragma once

#include <functional>
#include <string>

namespace muonscope::gui {

// The name of a frame in its folder, from 1 on: frame-00001.png, as ffmpeg's frame-%05d.png.
std::string frame_name(int number);
// Throws Error where there is no ffmpeg on the path.
void check_ffmpeg();
// A film of the frames of a folder, .mp4 (H.264) or .gif by its name, by ffmpeg, into a temporary
// file first. `goes_on` is asked now and then; where it says no, ffmpeg is ended, nothing is
// written, and the result is false. Throws Error with what ffmpeg says.
bool make_film(const std::string& folder, const std::string& output, int rate,
               const std::function<bool()>& goes_on);

}  // namespace muonscope::gui
