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

passed=0 failed=0 failures=()
results=$(mktemp -d)
trap 'rm -rf "$results"' EXIT
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

# Sets `spent`: processor seconds of all children that have ended, and of theirs.
count_spent() {
    times >"$results/times" # not in a subshell: that one has no children
    spent=$(tail -n 1 "$results/times" | tr 'ms' '  ' | awk '{ printf "%d", 60 * ($1 + $3) + $2 + $4 }')
}

begin() { # NAME
    count_spent
    began=$SECONDS spent_before=$spent
    printf '%-28s ' "$1"
}

took() {
    count_spent
    echo "$((SECONDS - began)) s ($((spent - spent_before)) s of processors)"
}

# One check: quiet when it passes, its whole output when it fails.
check() { # NAME COMMAND…
    local name=$1 code began spent spent_before
    shift
    begin "$name"
    "$@" >"$results/out" 2>&1
    code=$?
    note "$name" "$code"
    if [ "$code" = 0 ]; then
        printf 'passed  '
        took
    else
        printf 'FAILED  '
        took
        tail -n 60 "$results/out"
    fi
    return "$code"
}

# Tests of one build; each test counts by itself. Two more at a time than there are cores: scenarios wait for their daemons.
tests() { # PRESET CTEST-OPTION…
    local preset=$1 xml=$results/$1.xml line ran bad began spent spent_before
    shift
    begin "tests ($preset)"
    ctest --preset "$preset" -j "$(($(nproc) + 2))" --no-tests=error --output-junit "$xml" "$@" >"$results/out" 2>&1
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
    printf '%s passed, %s failed  ' "$((ran - bad))" "$bad"
    took
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
brief=()
[ "${1:-}" = quick ] && brief=(-E '^property/faults$') # builds the test three dozen times
check "build (dev)" build dev && tests dev ${brief[@]+"${brief[@]}"}
if [ "${1:-}" != quick ]; then
    check "headers alone" cmake --build --preset dev --target all_verify_interface_header_sets
    # With sanitizers the simulator takes a quarter of an hour and scenarios test their own deadlines; Python gains nothing.
    check "build (asan)" build asan && tests asan -E '^(sim/|scenario/|model|layers)'
    check "tidy" tests/tidy build/asan
    check "quickstart --once" bash deploy/quickstart.sh --once
fi
echo
for name in ${failures[@]+"${failures[@]}"}; do echo "failed: $name"; done
count_spent
echo "$passed passed, $failed failed ($((SECONDS / 60)) min $((SECONDS % 60)) s, $spent s of processors)"
[ "$failed" = 0 ]
