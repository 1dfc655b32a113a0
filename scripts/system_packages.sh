#!/usr/bin/env bash
# Installs the programs that the tests and screenshots drive, where they are
# missing: a browser, an office suite, a PostgreSQL server, nginx, Node.js, fonts.
# Debian and Ubuntu; elsewhere it says what is needed.
set -euo pipefail

readonly NODE=18 # at least: tests/provider/package.json

postgres_tools() {
    compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || command -v initdb >/dev/null
}
fonts() {
    compgen -G '/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf' >/dev/null ||
        { command -v fc-list >/dev/null && [ -n "$(fc-list :lang=vi family)" ]; }
}
times_roman() { # Times New Roman, or a font of the same widths, with all letters of Vietnamese (ộ)
    command -v fc-list >/dev/null &&
        fc-list ':charset=1ed9' family | grep -Eq 'Times New Roman|Liberation Serif|Tinos'
}

require_node() {
    local program version
    program=$(command -v node || command -v nodejs)
    version=$("$program" --version)
    if [ "$(cut -d. -f1 <<<"${version#v}")" -lt "$NODE" ]; then
        echo "Node.js $version ($program) is too old: the tests' sign-in needs $NODE or later." >&2
        echo "Install a later one (nodejs.org) before it on the PATH, and run this again." >&2
        exit 1
    fi
}

missing=()
command -v chromium >/dev/null || missing+=(chromium)
command -v soffice >/dev/null || missing+=(libreoffice-calc)
command -v nginx >/dev/null || [ -x /usr/sbin/nginx ] || missing+=(nginx-light)
command -v node >/dev/null || command -v nodejs >/dev/null || missing+=(nodejs)
command -v npm >/dev/null || missing+=(npm)
command -v openssl >/dev/null || missing+=(openssl)
postgres_tools || missing+=(postgresql)
fonts || missing+=(fonts-dejavu)
[ -e /usr/lib/libreoffice/program/swriter ] || command -v swriter >/dev/null || missing+=(libreoffice-writer)
times_roman || missing+=(fonts-liberation2) # Debian 12's fonts-liberation lacks most Vietnamese letters
if [ ${#missing[@]} -eq 0 ]; then
    require_node
    exit 0
fi

as_root=()
if [ "$(id -u)" -ne 0 ]; then
    as_root=(sudo)
fi
if ! command -v apt-get >/dev/null || { [ ${#as_root[@]} -gt 0 ] && ! command -v sudo >/dev/null; }; then
    echo "The tests need these programs, which are missing here: ${missing[*]}" >&2
    echo "(names of Debian packages). Install them and run this again." >&2
    exit 1
fi

echo "Installing ${missing[*]} ..."
apt() {
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq -o Dpkg::Use-Pty=0 "$@" >/dev/null
}
apt update
if ! apt-cache show fonts-liberation2 >/dev/null 2>&1; then # later systems have it in fonts-liberation
    missing=("${missing[@]/fonts-liberation2/fonts-liberation}")
fi
apt install --yes --no-install-recommends "${missing[@]}"
require_node
