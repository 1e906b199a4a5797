#include "app/gui/film.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <sstream>
#include <system_error>
#include <utility>
#include <vector>

#include "core/base/error.h"
#include "core/formats/files.h"

extern char** environ;

namespace muonscope::gui {
namespace {

// The last line that says something.
std::string last_line(const std::string& log) {
    std::istringstream text(log);
    std::string last;
    for (std::string line; std::getline(text, line);)
        if (!line.empty()) last = line;
    return last;
}

constexpr std::size_t largest_film = std::size_t{1} << 31U;

std::vector<std::string> words_for(const std::string& folder, const std::string& made, int rate) {
    const bool gif = made.ends_with(".gif");
    // H.264 takes even sizes alone; a GIF has a palette of its own colours.
    const char* filter = gif ? "split[a][b];[a]palettegen=stats_mode=diff[p];[b][p]paletteuse"
                             : "crop=trunc(iw/2)*2:trunc(ih/2)*2";
    std::vector<std::string> words{
        "ffmpeg", "-nostdin",   "-hide_banner",       "-loglevel", "error",
        "-y",     "-framerate", std::to_string(rate), "-i",        folder + "/frame-%05d.png",
        "-vf",    filter};
    if (!gif)
        for (const char* word :
             {"-c:v", "libx264", "-pix_fmt", "yuv420p", "-crf", "18", "-movflags", "+faststart"})
            words.emplace_back(word);
    words.push_back(made);
    return words;
}

int begin_ffmpeg(std::vector<std::string> words, const std::string& log) {
    std::vector<char*> arguments;
    for (std::string& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, 1, log.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    posix_spawn_file_actions_adddup2(&actions, 1, 2);
    // In a group of its own: Ctrl+C is for this program, which ends ffmpeg itself.
    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
    posix_spawnattr_setpgroup(&attributes, 0);
    pid_t child = 0;
    const int fault =
        posix_spawnp(&child, "ffmpeg", &actions, &attributes, arguments.data(), environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    if (fault != 0)
        throw Error("ffmpeg", std::system_category().message(fault),
                    "install ffmpeg, or export --what frames");
    return child;
}

}  // namespace

std::string frame_name(int number) {
    return fmt::format("frame-{:05}.png", number);
}

void check_ffmpeg() {
    const char* path = std::getenv("PATH");
    std::istringstream folders(path != nullptr ? path : "");
    for (std::string folder; std::getline(folders, folder, ':');)
        if (!folder.empty() && access((folder + "/ffmpeg").c_str(), X_OK) == 0) return;
    throw Error("ffmpeg", "is not installed, and films are made by it",
                "install ffmpeg (on Debian: apt install ffmpeg), or export --what frames");
}

FilmMaker::FilmMaker(std::string folder, std::string output, int rate)
    : folder_(std::move(folder)),
      output_(std::move(output)),
      made_(folder_ + (output_.ends_with(".gif") ? "/film.gif" : "/film.mp4")),
      log_(folder_ + "/ffmpeg.log") {
    check_ffmpeg();
    process_ = begin_ffmpeg(words_for(folder_, made_, rate), log_);
}

FilmMaker::~FilmMaker() {
    if (process_ == 0) return;
    kill(process_, SIGKILL);
    int status = 0;
    waitpid(process_, &status, 0);
}

bool FilmMaker::is_done() {
    int status = 0;
    if (process_ == 0) return true;
    if (waitpid(process_, &status, WNOHANG) == 0) return false;
    process_ = 0;
    code_ = WIFEXITED(status) ? WEXITSTATUS(status) : 1;
    return true;
}

void FilmMaker::publish() {
    if (code_ != 0)
        throw Error(output_, "ffmpeg failed: " + last_line(read_file(log_, largest_film)),
                    "try another ffmpeg, or export --what frames");
    write_file(output_, read_file(made_, largest_film));
}

bool make_film(const std::string& folder, const std::string& output, int rate,
               const std::function<bool()>& goes_on) {
    FilmMaker maker(folder, output, rate);
    constexpr useconds_t pause = 50000;
    while (!maker.is_done()) {
        if (!goes_on()) return false;
        usleep(pause);
    }
    maker.publish();
    return true;
}

FrameFolder::FrameFolder(const std::string& output) : path_(output + ".frames") {
    std::error_code fault;
    for (int i = 1; !std::filesystem::create_directory(path_, fault) && i < 1000; ++i)
        path_ = fmt::format("{}.frames-{}", output, i);
    if (fault) throw Error(path_, fault.message(), "choose another folder for the film");
}

FrameFolder::~FrameFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

}  // namespace muonscope::gui
