# SPDX-License-Identifier: Apache-2.0
# The dashboard's bundle, compressed and embedded. The one step of the build that may use the network:
# npm packages are fetched when dashboard/node_modules is not that of package-lock.json.
option(ASSAY_DASHBOARD "Bundle the audit's dashboard (needs node and npm)" ON)
set(DASHBOARD ${CMAKE_CURRENT_SOURCE_DIR}/dashboard)
set(DASHBOARD_OUT ${CMAKE_CURRENT_BINARY_DIR}/dashboard)

if(NOT ASSAY_DASHBOARD)
  file(CONFIGURE OUTPUT ${DASHBOARD_OUT}/dashboard_files.inc
    CONTENT "static const struct assay_asset files[1];\n")
  return()
endif()

find_program(NODE_PROGRAM node)
find_program(NPM_PROGRAM npm)
if(NOT NODE_PROGRAM OR NOT NPM_PROGRAM)
  message(FATAL_ERROR "The audit's dashboard is bundled with node and npm (Debian: nodejs npm). "
    "Install them, or build without it: -DASSAY_DASHBOARD=OFF")
endif()

set(DASHBOARD_SOURCES
  build.mjs embed.mjs world.mjs index.html package.json package-lock.json modules.sh
  style/base.css style/parts.css style/print.css
  src/api.js src/charts.js src/csv.js src/dom.js src/filters.js src/format.js src/frame.js src/i18n.js
  src/live.js src/main.js src/maps.js src/provinces.js src/shade.js src/state.js src/texts.js
  src/theme.js src/tiles.js src/words.js
  src/parts/basis.js src/parts/columns.js src/parts/figure.js src/parts/marks.js src/parts/table.js
  src/views/alerts.js src/views/code.js src/views/codes.js src/views/overview.js src/views/places.js
  src/views/rankings.js)
list(TRANSFORM DASHBOARD_SOURCES PREPEND ${DASHBOARD}/)
add_custom_command(
  OUTPUT ${DASHBOARD_OUT}/dashboard_files.S ${DASHBOARD_OUT}/dashboard_files.inc
  COMMAND ${DASHBOARD}/modules.sh
  COMMAND ${NODE_PROGRAM} ${DASHBOARD}/build.mjs ${DASHBOARD_OUT} ${ISO_CODES_DIR}
    ${CMAKE_CURRENT_SOURCE_DIR}/pages/mark.svg
  DEPENDS ${DASHBOARD_SOURCES} ${CMAKE_CURRENT_SOURCE_DIR}/pages/mark.svg
  COMMENT "Bundling the dashboard"
  VERBATIM)
enable_language(ASM)
target_sources(assay_serving PRIVATE ${DASHBOARD_OUT}/dashboard_files.S ${DASHBOARD_OUT}/dashboard_files.inc)
