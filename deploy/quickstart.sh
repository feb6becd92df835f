#!/usr/bin/env bash
# Installs what is missing from Debian, builds, and shows a federation of three nodes on loopback.
#   deploy/quickstart.sh          the tour, then the nodes run until ^C
#   deploy/quickstart.sh --once   the tour, then everything is stopped; exit code 0 when all of it worked
# Everything the nodes write is in a temporary directory that is removed at the end.
set -euo pipefail
cd "$(dirname "$0")/.."
case "${1:-}" in
"" | --once) ;;
*)
    echo "usage: deploy/quickstart.sh [--once]" >&2
    exit 2
    ;;
esac
# shellcheck source=deploy/packages.sh
. deploy/packages.sh
toc_install_packages build
echo "building (build/release)"
cmake --preset release >/dev/null
cmake --build --preset release --target tocsin tocsind -- --quiet
exec python3 deploy/tour.py --binaries build/release/bin "$@"
