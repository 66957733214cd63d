# SPDX-License-Identifier: Apache-2.0
# What every target of the tree shares, as usage requirements of one interface target.
add_library(assay_options INTERFACE)
target_compile_features(assay_options INTERFACE c_std_17)
target_compile_definitions(assay_options INTERFACE _GNU_SOURCE ASSAY_VERSION="${PROJECT_VERSION}")
target_compile_options(assay_options INTERFACE -fno-strict-aliasing -fno-common -ffp-contract=off)
target_include_directories(assay_options INTERFACE ${PROJECT_SOURCE_DIR})
