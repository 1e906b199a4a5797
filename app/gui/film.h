#pragma once

#include <functional>
#include <string>

namespace muonscope::gui {

// The name of a frame in its folder, from 1 on: frame-00001.png, as ffmpeg's frame-%05d.png.
std::string frame_name(int number);
// Throws Error where there is no ffmpeg on the path.
void check_ffmpeg();
// Makes a film of the frames of a folder, .mp4 (H.264) or .gif by its name, by ffmpeg, beside this
// program. Gone before it is done, it ends ffmpeg.
class FilmMaker {
  public:
    FilmMaker(std::string folder, std::string output, int rate);  // throws Error
    ~FilmMaker();
    FilmMaker(const FilmMaker&) = delete;
    FilmMaker& operator=(const FilmMaker&) = delete;

    bool is_done();
    // Into its place, as a whole; throws Error with what ffmpeg says.
    void publish();

  private:
    std::string folder_, output_, made_, log_;
    int process_ = 0;  // 0: it has ended
    int code_ = 0;
};

// The same, waited for. `goes_on` is asked now and then; where it says no, ffmpeg is ended, nothing
// is written, and the result is false.
bool make_film(const std::string& folder, const std::string& output, int rate,
               const std::function<bool()>& goes_on);

// A folder beside a film for its frames, which goes when this does. Throws Error.
class FrameFolder {
  public:
    explicit FrameFolder(const std::string& output);
    ~FrameFolder();
    FrameFolder(const FrameFolder&) = delete;
    FrameFolder& operator=(const FrameFolder&) = delete;
    const std::string& path() const { return path_; }

  private:
    std::string path_;
};

}  // namespace muonscope::gui
