#!/usr/bin/env bash
# Makes a root file system with a real Docker engine (28.5 or newer) out of Debian packages, for the tests and the lab.
# usage: docker_rootfs.sh DIR      (root; about a minute, about 900 MB; does nothing if DIR already holds dockerd)
set -euo pipefail
dir=${1:?usage: docker_rootfs.sh DIR}
[ -x "$dir/usr/sbin/dockerd" ] && exit 0

# The mirror that this machine already uses, if it is a Debian machine; debootstrap's own default otherwise.
# shellcheck disable=SC2016 # the dollars are apt-get's
mirror=$(apt-get indextargets --format '$(ORIGIN) $(CODENAME) $(REPO_URI)' 'Created-By: Packages' |
    awk '$1 == "Debian" && $2 !~ /security|updates/ { print $3; exit }')
# bookworm's debootstrap does not know forky by name; every Debian suite is unpacked by the same script.
script=/usr/share/debootstrap/scripts/forky
[ -e "$script" ] || script=/usr/share/debootstrap/scripts/sid

mkdir -p "$(dirname "$dir")"
rm -rf "$dir.part"
# An empty mirror argument is debootstrap's word for its default.
debootstrap --variant=minbase \
    --include=docker.io,docker-cli,docker-compose,iptables,nftables,iproute2,ca-certificates,procps,busybox-static \
    forky "$dir.part" "$mirror" "$script"
mv "$dir.part" "$dir"
