# Sourced by quickstart.sh and tests/run.sh: installs what is missing of the named groups of packages.txt.
# As root it installs; on a terminal it shows the list, asks, and uses sudo; otherwise it prints the line and exits 1.
toc_install_packages() {
    local list missing answer
    list=$(dirname "${BASH_SOURCE[0]}")/packages.txt
    missing=$(awk -v groups=" $* " '!/^#/ && NF == 2 && index(groups, " " $1 " ") { print $2 }' "$list" |
        while read -r package; do
            [ "$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || echo "$package"
        done | tr '\n' ' ')
    [ -z "$missing" ] && return 0
    echo "missing from this machine: $missing" >&2
    if [ "$(id -u)" = 0 ]; then
        echo "installing them with apt-get" >&2
        # A package list that is there already is tried first, so that a machine without a network but with a cache works.
        # shellcheck disable=SC2086
        DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $missing >/dev/null 2>&1 ||
            { apt-get update >/dev/null &&
              DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $missing >/dev/null; }
    elif [ -t 0 ]; then
        read -r -p "install them with 'sudo apt-get install'? [y/N] " answer
        [ "$answer" = y ] || [ "$answer" = Y ] || return 1
        # shellcheck disable=SC2086
        sudo apt-get update && sudo apt-get install -y --no-install-recommends $missing
    else
        echo "run: sudo apt-get install -y --no-install-recommends $missing" >&2
        return 1
    fi
}
