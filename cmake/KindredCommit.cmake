cmake_minimum_required(VERSION 3.25)
# Run at every build: writes the commit into a header, only when it changed.
execute_process(COMMAND git -C ${SOURCE} describe --always --dirty --abbrev=10 --exclude *
                OUTPUT_VARIABLE commit ERROR_QUIET OUTPUT_STRIP_TRAILING_WHITESPACE)
if(NOT commit)
  set(commit "unknown")
endif()
file(CONFIGURE OUTPUT ${HEADER} @ONLY CONTENT
"#define KINDRED_VERSION \"@VERSION@\"\n#define KINDRED_COMMIT \"@commit@\"\n#define KINDRED_SOURCE_DATA \"@SOURCE@/data\"\n")
