# SPDX-License-Identifier: Apache-2.0
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
find_package(OpenSSL 3.0 REQUIRED)
find_package(ZLIB REQUIRED)
pkg_check_modules(JANSSON REQUIRED IMPORTED_TARGET jansson)
pkg_check_modules(QRENCODE REQUIRED IMPORTED_TARGET libqrencode)
pkg_check_modules(MAXMINDDB REQUIRED IMPORTED_TARGET libmaxminddb)
pkg_check_modules(YAML REQUIRED IMPORTED_TARGET yaml-0.1)
pkg_check_modules(CURL REQUIRED IMPORTED_TARGET libcurl)
pkg_check_modules(PNG REQUIRED IMPORTED_TARGET libpng)
pkg_check_modules(FREETYPE REQUIRED IMPORTED_TARGET freetype2)
pkg_check_modules(HARFBUZZ REQUIRED IMPORTED_TARGET harfbuzz-subset)

find_path(LMDB_INCLUDE_DIR lmdb.h REQUIRED)
find_library(LMDB_LIBRARY lmdb REQUIRED)
add_library(assay_lmdb INTERFACE)
target_include_directories(assay_lmdb SYSTEM INTERFACE ${LMDB_INCLUDE_DIR})
target_link_libraries(assay_lmdb INTERFACE ${LMDB_LIBRARY})

# Debian's pkg-config file of libh2o-evloop carries no cflags; without this definition its
# headers ask for libuv.
find_path(H2O_INCLUDE_DIR h2o.h REQUIRED)
find_library(H2O_EVLOOP_LIBRARY h2o-evloop REQUIRED)
add_library(assay_h2o INTERFACE)
target_include_directories(assay_h2o SYSTEM INTERFACE ${H2O_INCLUDE_DIR})
target_compile_definitions(assay_h2o INTERFACE H2O_USE_LIBUV=0)
target_link_libraries(assay_h2o INTERFACE ${H2O_EVLOOP_LIBRARY} OpenSSL::SSL OpenSSL::Crypto ZLIB::ZLIB Threads::Threads)
