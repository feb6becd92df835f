#!/usr/bin/env bash
# Installs what is missing from Debian, builds, and runs every check. Ends with the counts; exit code 0 when nothing failed.
#   tests/run.sh            everything
#   tests/run.sh quick      formatting, layers, the dev build and its tests
# It works without a network once the packages are there, and can be run again: builds and clang-tidy's findings are kept.
set -uo pipefail
cd "$(dirname "$0")/.."
case "${1:-}" in
"" | quick) ;;
*)
    echo "usage: tests/run.sh [quick]" >&2
    exit 2
    ;;
esac
# shellcheck source=deploy/packages.sh
. deploy/packages.sh
toc_install_packages build test || exit 1

passed=0 failed=0 failures=() beside=
results=$(mktemp -d)
trap '[ -z "$beside" ] || { kill -- "-$beside"; wait "$beside"; } 2>/dev/null; rm -rf "$results"' EXIT
launcher=()
command -v ccache >/dev/null && launcher=(-DCMAKE_C_COMPILER_LAUNCHER=ccache)

note() { # NAME EXIT-CODE
    if [ "$2" = 0 ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        failures+=("$1")
    fi
}

# Processor seconds of a shell's children that have ended, and of theirs, from what its `times` said.
spent() {
    tail -n 1 "$1" | tr 'ms' '  ' | awk '{ printf "%d", 60 * ($1 + $3) + $2 + $4 }'
}

# Its output goes to FILE, and what it took to FILE.took. A shell of its own, whose children are of this command alone.
measure() ( # FILE COMMAND…
    file=$1 began=$SECONDS
    shift
    "$@" >"$file" 2>&1
    code=$?
    times >"$file.times"
    echo "$((SECONDS - began)) s ($(spent "$file.times") s of processors)" >"$file.took"
    exit "$code"
)

# Quiet when it passed, its whole output when it failed.
verdict() { # NAME FILE EXIT-CODE
    note "$1" "$3"
    if [ "$3" = 0 ]; then
        echo "passed  $(cat "$2.took")"
    else
        echo "FAILED  $(cat "$2.took")"
        tail -n 60 "$2"
    fi
    return "$3"
}

check() { # NAME COMMAND…
    printf '%-28s ' "$1"
    measure "$results/out" "${@:2}"
    verdict "$1" "$results/out" $?
}

# A check that takes what processors the others leave, until it is waited for. Its own process group: it ends with us.
start_beside() { # COMMAND…
    set -m
    measure "$results/beside" nice -n 19 "$@" &
    beside=$!
    set +m
}

wait_beside() { # NAME
    printf '%-28s ' "$1"
    wait "$beside"
    verdict "$1" "$results/beside" $?
    beside=
}

# Tests of one build; each test counts by itself. Two more at a time than there are cores: scenarios wait for their daemons.
tests() { # PRESET CTEST-OPTION…
    local preset=$1 xml=$results/$1.xml line ran bad
    shift
    printf '%-28s ' "tests ($preset)"
    measure "$results/out" ctest --preset "$preset" -j "$(($(nproc) + 2))" --no-tests=error --output-junit "$xml" "$@"
    line=$(grep -m1 '<testsuite' -A4 "$xml" 2>/dev/null | tr '\n' ' ')
    ran=$(sed -n 's/.*tests="\([0-9]*\)".*/\1/p' <<<"$line")
    bad=$(sed -n 's/.*failures="\([0-9]*\)".*/\1/p' <<<"$line")
    if [ -z "$ran" ] || [ "$ran" = 0 ]; then
        note "tests ($preset) did not run" 1
        echo "FAILED  no test ran"
        tail -n 40 "$results/out"
        return
    fi
    passed=$((passed + ran - bad)) failed=$((failed + bad))
    echo "$((ran - bad)) passed, $bad failed  $(cat "$results/out.took")"
    if [ "$bad" != 0 ]; then
        grep -E '\*\*\*(Failed|Timeout|Exception)|\(Failed\)|\(Timeout\)' "$results/out" | sort -u
        grep -E '^\[  (FAILED|ERROR)|error:|Failure|Traceback|ERROR: |runtime error' "$results/out" | head -n 60
        failures+=("tests ($preset)")
    fi
}

build() { # PRESET TARGET…
    cmake --preset "$1" "${launcher[@]}" && cmake --build --preset "$1" ${2:+--target "${@:2}"}
}

sources() { find proto store node tools tests -name '*.[ch]' -print0; }
formatted() { sources | xargs -0 clang-format --dry-run -Werror; }
no_stray_words() { # what must never reach a release
    ! grep -rnIE '\b(TODO|FIXME|XXX|HACK)\b' proto store node tools tests/scenario deploy --include='*.[ch]' --include='*.py' --include='*.sh'
}

check "format" formatted
check "no unfinished work" no_stray_words
if [ "${1:-}" = quick ]; then
    check "build (dev)" build dev && tests dev -E '^property/faults$' # builds the test three dozen times
else
    check "build (asan)" build asan && built_asan=1
    start_beside tests/tidy build/asan # tests wait now and then; it does not
    check "build (dev)" build dev && tests dev
    check "headers alone" cmake --build --preset dev --target all_verify_interface_header_sets
    # With sanitizers the simulator takes a quarter of an hour and scenarios test their own deadlines; Python gains nothing.
    [ -z "${built_asan:-}" ] || tests asan -E '^(sim/|scenario/|model|layers)'
    wait_beside "tidy (beside those)"
    check "quickstart --once" bash deploy/quickstart.sh --once
fi
echo
for name in ${failures[@]+"${failures[@]}"}; do echo "failed: $name"; done
times >"$results/times"
echo "$passed passed, $failed failed ($((SECONDS / 60)) min $((SECONDS % 60)) s, $(spent "$results/times") s of processors)"
[ "$failed" = 0 ]
