#!/usr/bin/env bash
# Installs the programs that the tests and screenshots drive, where they are
# missing: a browser, a spreadsheet program, a PostgreSQL server, fonts.
# Debian and Ubuntu; elsewhere it says what is needed.
set -euo pipefail

postgres_tools() {
    compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || command -v initdb >/dev/null
}
fonts() {
    compgen -G '/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf' >/dev/null ||
        { command -v fc-list >/dev/null && [ -n "$(fc-list :lang=vi family)" ]; }
}

missing=()
command -v chromium >/dev/null || missing+=(chromium)
command -v soffice >/dev/null || missing+=(libreoffice-calc)
postgres_tools || missing+=(postgresql)
fonts || missing+=(fonts-dejavu)
[ ${#missing[@]} -eq 0 ] && exit 0

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
apt install --yes --no-install-recommends "${missing[@]}"
