#!/bin/sh
# Cài chiso từ thư mục này, không cần mạng. Installs chiso from this folder; no network is needed.
#   sh install.sh [THƯ MỤC / FOLDER]        mặc định / default: chiso-env cạnh tệp này / beside this file
set -eu

pythons="@PYTHONS@"
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
target=${1:-"$here/chiso-env"}

say() {
    printf '%s\n' "$@"
}

fail() {
    say "$@" >&2
    exit 1
}

case $target in
-*) fail "sh install.sh [THƯ MỤC / FOLDER]" ;;
esac

# A Python fits if this folder holds wheels for its version and it is a 64-bit one.
fits() {
    "$1" -c '
import struct, sys
version = "%d.%d" % sys.version_info[:2]
sys.exit(not (version in sys.argv[1].split() and struct.calcsize("P") == 8))
' "$pythons" >/dev/null 2>&1
}

python=""
for version in $pythons; do
    if fits "python$version"; then
        python="python$version"
        break
    fi
done
if [ -z "$python" ]; then
    for name in python3 python; do
        if fits "$name"; then
            python=$name
            break
        fi
    done
fi
if [ -z "$python" ]; then
    fail "Không tìm thấy Python phù hợp (64 bit; một trong: $pythons)." \
        "Hãy cài Python từ gói của hệ điều hành hoặc python.org rồi chạy lại." \
        "No suitable Python was found (64-bit; one of: $pythons)." \
        "Install Python from your system's packages or python.org, then run this again."
fi

if [ -e "$target" ] && [ ! -e "$target/pyvenv.cfg" ] && [ -n "$(ls -A "$target")" ]; then
    fail "$target đã có tệp khác; hãy chọn thư mục khác." \
        "$target already holds other files; choose another folder."
fi

say "Cài vào / installing into $target ($("$python" --version))"
"$python" -m venv --clear --without-pip "$target"
# pip runs from its own wheel: some systems' Python comes without it. Its settings are left out, so that
# nothing is looked for anywhere but here.
set -- "$here"/wheels/pip-*.whl
PYTHONPATH=$1 PIP_CONFIG_FILE=/dev/null "$target/bin/python" -m pip --isolated install --quiet \
    --disable-pip-version-check --no-cache-dir --no-index --find-links "$here/wheels" chiso
"$target/bin/chiso" --version

say "" \
    "Xong. Chạy chiso bằng lệnh / done, run chiso by:" \
    "  $target/bin/chiso --help"
