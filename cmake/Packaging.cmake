# SPDX-License-Identifier: Apache-2.0
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME assay)
set(CPACK_PACKAGE_CONTACT "Assay maintainers <maintainers@assay.invalid>")
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
include(CPack)
