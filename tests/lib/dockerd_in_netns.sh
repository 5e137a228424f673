#!/usr/bin/env bash
# Runs a real dockerd, in the foreground, whose host is the network namespace NETNS.
# usage: dockerd_in_netns.sh ROOTFS NETNS STATE_DIR [dockerd option...]
# The API's socket is STATE_DIR/docker.sock and the process' id is in STATE_DIR/docker.pid. With NOTIFY_SOCKET in the
# environment (a path as dockerd sees it: /run/state is STATE_DIR), dockerd says there when it is ready. With
# IPTABLES=legacy it uses the kernel's older tables, as hosts do that were set up long ago.
set -euo pipefail
rootfs=$(realpath "$1") netns=$2 state=$3
shift 3
mkdir -p "$state/data"
state=$(realpath "$state")
export rootfs state

# nsenter and not `ip netns exec`, which mounts a /sys without the control groups.
# shellcheck disable=SC2016 # the dollars are for the inner shell
exec nsenter --net="/run/netns/$netns" unshare --mount --propagation private bash -c '
  set -euo pipefail
  mount --bind "$rootfs" "$rootfs"      # containerd wants "/" to be a mount point
  cd "$rootfs"
  mount -t proc proc proc
  mount -t sysfs sysfs sys
  mount --rbind /dev dev
  mount -t tmpfs tmpfs run
  mount -t tmpfs tmpfs tmp
  if [ -e /sys/fs/cgroup/cgroup.controllers ]; then
    mount -t cgroup2 cgroup sys/fs/cgroup
  else
    mount -t tmpfs cgroup sys/fs/cgroup
    for controller in cpu cpuacct cpuset memory devices freezer blkio pids; do
      mkdir -p "sys/fs/cgroup/$controller"
      mount -t cgroup -o "$controller" cgroup "sys/fs/cgroup/$controller"
    done
  fi
  mkdir -p run/state run/old
  mount --bind "$state" run/state
  pivot_root . run/old
  cd /
  umount -l /run/old
  if [ "${IPTABLES:-nft}" = legacy ]; then
    mount --bind /usr/sbin/xtables-legacy-multi /usr/sbin/xtables-nft-multi
  fi
  exec dockerd --host unix:///run/state/docker.sock --data-root /run/state/data --exec-root /run/exec \
    --pidfile /run/state/docker.pid "$@"' dockerd_in_netns "$@"
