#!/usr/bin/env bash
# What the tests need from the system: PostgreSQL, Chromium, a Chinese font, strace. Installed when root, else named.
set -euo pipefail

missing=()
compgen -G '/usr/lib/postgresql/*/bin/initdb' > /dev/null || missing+=(postgresql)
command -v chromium-headless-shell > /dev/null || command -v chromium > /dev/null || missing+=(chromium)
compgen -G '/usr/share/fonts/opentype/noto/NotoSansCJK*' > /dev/null || missing+=(fonts-noto-cjk)
command -v strace > /dev/null || missing+=(strace)
[ ${#missing[@]} -eq 0 ] && exit 0

if [ "$(id -u)" -ne 0 ]; then
  echo "The tests need these Debian packages, which are not here: ${missing[*]}"
  echo "  sudo apt-get install --no-install-recommends ${missing[*]}"
  exit 1
fi
apt-get update -qq
# Chromium's own shell, which Debian has apart, asks half as much of the machine (tests/chromium.py).
if apt-cache show chromium-headless-shell > /dev/null 2>&1; then
  missing=("${missing[@]/#chromium/chromium-headless-shell}")
fi
echo "Installing what the tests need from Debian: ${missing[*]}"
# Debian's postgresql would start a server of its own at installation; the tests start theirs.
mkdir -p /etc/postgresql-common
[ -e /etc/postgresql-common/createcluster.conf ] || echo 'create_main_cluster = false' > /etc/postgresql-common/createcluster.conf
DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"
