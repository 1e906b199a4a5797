# Where each library comes from: installed packages first, the pinned wheels below build/deps else.

find_package(Threads REQUIRED)
find_package(Eigen3 3.4 REQUIRED NO_MODULE)
find_package(fmt REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(CLI11 REQUIRED)

if(MUONSCOPE_GUI)
    include(GuiDependencies)
endif()
