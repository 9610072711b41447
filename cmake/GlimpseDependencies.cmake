# What the glimpse process is built on. docs/dependencies.md says why each is here.
# Nothing in this file may reach runtime/, which needs libc alone.
find_package(Threads REQUIRED)
find_package(fmt REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(CLI11 REQUIRED)
find_package(ZLIB REQUIRED)

# zstd: compact recordings.
find_path(GLIMPSE_ZSTD_INCLUDE zstd.h REQUIRED)
find_library(GLIMPSE_ZSTD_LIBRARY zstd REQUIRED)
add_library(glimpse_zstd INTERFACE)
target_include_directories(glimpse_zstd SYSTEM INTERFACE "${GLIMPSE_ZSTD_INCLUDE}")
target_link_libraries(glimpse_zstd INTERFACE "${GLIMPSE_ZSTD_LIBRARY}")

# RE2: users' own patterns of what is scrubbed.
find_path(GLIMPSE_RE2_INCLUDE re2/re2.h REQUIRED)
find_library(GLIMPSE_RE2_LIBRARY re2 REQUIRED)
add_library(glimpse_re2 INTERFACE)
target_include_directories(glimpse_re2 SYSTEM INTERFACE "${GLIMPSE_RE2_INCLUDE}")
target_link_libraries(glimpse_re2 INTERFACE "${GLIMPSE_RE2_LIBRARY}")

# simdjson: reading traces of JSON lines.
find_path(GLIMPSE_SIMDJSON_INCLUDE simdjson.h REQUIRED)
find_library(GLIMPSE_SIMDJSON_LIBRARY simdjson REQUIRED)
add_library(glimpse_simdjson INTERFACE)
target_include_directories(glimpse_simdjson SYSTEM INTERFACE "${GLIMPSE_SIMDJSON_INCLUDE}")
target_link_libraries(glimpse_simdjson INTERFACE "${GLIMPSE_SIMDJSON_LIBRARY}")

# SQLite: records in a database.
find_package(SQLite3 3.35 REQUIRED)

# OTLP/HTTP: protozero (headers only) for protobuf, libcurl, and zlib for gzip.
find_package(CURL REQUIRED)
find_package(ZLIB REQUIRED)
find_path(GLIMPSE_PROTOZERO_INCLUDE protozero/pbf_writer.hpp REQUIRED)
add_library(glimpse_protozero INTERFACE)
target_include_directories(glimpse_protozero SYSTEM INTERFACE "${GLIMPSE_PROTOZERO_INCLUDE}")

# elfutils: DWARF and ELF reading.
find_path(GLIMPSE_LIBDW_INCLUDE elfutils/libdw.h REQUIRED)
find_library(GLIMPSE_LIBDW_LIBRARY dw REQUIRED)
find_library(GLIMPSE_LIBELF_LIBRARY elf REQUIRED)
add_library(glimpse_libdw INTERFACE)
target_include_directories(glimpse_libdw SYSTEM INTERFACE "${GLIMPSE_LIBDW_INCLUDE}")
target_link_libraries(glimpse_libdw INTERFACE "${GLIMPSE_LIBDW_LIBRARY}" "${GLIMPSE_LIBELF_LIBRARY}")

# LLVM's demangler, the newest present: it knows what both compilers write. It is one small static library, taken by
# itself because LLVMConfig.cmake would ask for the development files of everything else LLVM can use.
foreach(version 19 18 17 16)
  list(APPEND glimpse_llvm_roots "/usr/lib/llvm-${version}")
endforeach()
find_path(GLIMPSE_LLVM_DEMANGLE_INCLUDE llvm/Demangle/Demangle.h PATHS ${glimpse_llvm_roots} PATH_SUFFIXES include NO_DEFAULT_PATH REQUIRED)
cmake_path(GET GLIMPSE_LLVM_DEMANGLE_INCLUDE PARENT_PATH glimpse_llvm_root)
find_library(GLIMPSE_LLVM_DEMANGLE_LIBRARY LLVMDemangle PATHS "${glimpse_llvm_root}/lib" NO_DEFAULT_PATH REQUIRED)
add_library(glimpse_demangle INTERFACE)
target_include_directories(glimpse_demangle SYSTEM INTERFACE "${GLIMPSE_LLVM_DEMANGLE_INCLUDE}")
target_link_libraries(glimpse_demangle INTERFACE "${GLIMPSE_LLVM_DEMANGLE_LIBRARY}")
