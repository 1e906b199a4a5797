#include "tests/cli/program.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/formats/files.h"
#include "tests/scratch_folder.h"

namespace muonscope {
namespace {

void redirect(int descriptor, const std::string& path, int flags) {
    const int file = ::open(path.c_str(), flags, 0600);
    ::dup2(file, descriptor);
    ::close(file);
}

}  // namespace

Outcome run_program(const std::vector<std::string>& arguments,
                    const std::function<void()>& in_child,
                    const std::function<void(pid_t)>& meanwhile) {
    const ScratchFolder folder;
    const std::string out = folder / "out", err = folder / "err";
    for (const std::string& path : {out, err}) write_file(path, "");  // one may end it at once
    std::vector<char*> argv;
    std::string program = MUONSCOPE_BINARY;
    std::vector<std::string> copies = arguments;
    argv.push_back(program.data());
    for (std::string& argument : copies) argv.push_back(argument.data());
    argv.push_back(nullptr);

    const pid_t child = ::fork();
    if (child == 0) {
        redirect(0, "/dev/null", O_RDONLY);
        redirect(1, out, O_WRONLY | O_CREAT);
        redirect(2, err, O_WRONLY | O_CREAT);
        ::unsetenv("DISPLAY");
        ::unsetenv("WAYLAND_DISPLAY");
        if (in_child) in_child();
        ::execv(argv[0], argv.data());
        ::_exit(127);
    }
    if (meanwhile) meanwhile(child);
    int status = 0;
    rusage used{};
    ::wait4(child, &status, 0, &used);
    const auto seconds = [](const timeval& time) {
        return double(time.tv_sec) + 1e-6 * double(time.tv_usec);
    };
    constexpr std::size_t enough = std::size_t{64} << 20;
    return {WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status),
            read_file(out, enough), read_file(err, enough),
            seconds(used.ru_utime) + seconds(used.ru_stime)};
}

}  // namespace muonscope
