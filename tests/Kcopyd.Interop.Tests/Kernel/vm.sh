#!/usr/bin/env bash
# A small virtual machine with the kernel of Debian, whose device-mapper our tests are compared with.
#   vm.sh prepare                       fetches the kernel and makes the initial file system, unless they are kept
#   vm.sh boot WORK SCRIPT DISK...      runs SCRIPT (dash, as root) with the raw files DISK as /dev/vda, /dev/vdb, ...
# Standard output of boot is the script's, both streams, and at last a line "exit STATUS". What the kernel prints goes
# to WORK/console. The process of boot becomes the machine's: killing it is a power cut. What the guest flushed is in
# the disks then; what it only wrote may be too, as the host keeps it. Two machines run at a time; others wait.
set -eu
kept=${KCOPYD_KERNEL_VM:-${XDG_CACHE_HOME:-${HOME:-${TMPDIR:-/tmp}}/.cache}/kcopyd-kernel-vm}
base=$kept/base-$(cksum <"$0" | cut -d' ' -f1).cpio
export PATH=$PATH:/usr/sbin:/sbin

# What the guest has: the modules with what they need, in the order of that.
modules=(virtio_pci virtio_blk loop dm-mod dm-mirror dm-snapshot dm-zero dm-flakey dm-delay dm-log-writes ext4)

# What the guest has beside busybox: its dd goes through the cache even when told not to, and its shell prefers it.
programs=(dash dmsetup dd sync losetup)

fail() { echo "vm: $1" >&2; exit 1; }

prepare() {
  mkdir -p "$kept"
  exec 8>"$kept/prepare.lock"; flock 8
  [ -f "$base" ] && [ -f "$kept/vmlinuz" ] && return
  for program in qemu-system-x86_64 busybox dmsetup cpio modprobe depmod apt-get dpkg-deb flock; do
    command -v "$program" >/dev/null || fail "needs the program $program"
  done
  made=$(mktemp -d "$kept/made.XXXXXX"); trap 'rm -rf "$made"' EXIT
  [ -d "$kept/kernel" ] || fetch_kernel
  make_base
  cp "$kept"/kernel/boot/vmlinuz-* "$kept/vmlinuz"
  mv "$made/base" "$base"
}

fetch_kernel() {
  # Lists of packages may be missing, or older than what the server keeps.
  download || { apt-get update -qq >"$made/apt" 2>&1; download; } || fail "apt-get has no kernel: $(tr '\n' ' ' <"$made/apt")"
  dpkg-deb -x "$made"/linux-image-*.deb "$made/kernel"
  [ -e "$made/kernel/lib" ] || ln -s usr/lib "$made/kernel/lib"
  mv "$made/kernel" "$kept/kernel"
}

download() {
  package=$(apt-cache depends linux-image-cloud-amd64 2>"$made/apt" | sed -n 's/^ *Depends: //p' | head -n 1)
  [ -n "$package" ] && (cd "$made" && apt-get download -qq "$package" >apt 2>&1)
}

make_base() {
  root=$made/root version=$(basename "$kept"/kernel/lib/modules/*)
  mkdir -p "$root"/{bin,lib,proc,sys,dev,modules,run,tmp}
  cp "$(command -v busybox)" "$root/bin/busybox"
  ! ldd "$root/bin/busybox" >/dev/null 2>&1 || fail "needs a static busybox (package busybox-static)"
  for applet in $("$root/bin/busybox" --list); do [ -e "$root/bin/$applet" ] || ln -s busybox "$root/bin/$applet"; done
  for program in "${programs[@]}"; do
    rm -f "$root/bin/$program"
    cp "$(command -v "$program")" "$root/bin/$program"
    ldd "$root/bin/$program" | grep -oE '/[^ ]+' | while read -r library; do
      mkdir -p "$root$(dirname "$library")"
      cp -L "$library" "$root$library"
    done
  done
  depmod -b "$kept/kernel" "$version"
  modprobe -d "$kept/kernel" -S "$version" -a --show-depends "${modules[@]}" | awk '$1 == "insmod" && !seen[$2]++ { print $2 }' |
    while read -r module; do
      name=$(basename "${module%.xz}")
      case $module in *.xz) xz -dc "$module" >"$root/modules/$name" ;; *) cp "$module" "$root/modules/$name" ;; esac
      echo "$name" >>"$root/modules/order"
    done
  guest_init >"$root/init"
  chmod +x "$root/init"
  (cd "$root" && find . | cpio -o -H newc --quiet) >"$made/base"
}

# The limit is the last resort, for a machine that nobody waits for any more.
guest_init() {
  cat <<'INIT'
#!/bin/sh
mount -t proc proc /proc; mount -t sysfs sys /sys; mount -t devtmpfs dev /dev
mkdir -p /dev/mapper; ln -sf /proc/self/fd /dev/fd
exec >/dev/ttyS1 2>&1 </dev/null
stty -F /dev/ttyS1 raw -echo
while read -r module; do insmod "/modules/$module"; done </modules/order
(sleep 600; poweroff -f) &
export DM_DISABLE_UDEV=1 PATH=/bin
echo "vm: started"
/bin/dash /guest.sh
echo "exit $?"
sync; poweroff -f
INIT
}

boot() {
  work=$1 script=$2; shift 2
  [ -f "$base" ] || fail "boot comes after prepare"
  cp "$script" "$work/guest.sh"
  (cat "$base"; cd "$work"; echo guest.sh | cpio -o -H newc --quiet) >"$work/initrd"
  drives=()
  for disk in "$@"; do drives+=(-drive "file=$(readlink -f "$disk"),format=raw,if=virtio,cache=writeback,discard=unmap"); done
  # The machine keeps the lock for as long as it lives. Who finds both taken waits for one of them.
  exec 9>"$kept/boot-1.lock"
  flock -n 9 || { exec 9>"$kept/boot-2.lock"; flock -n 9; } || { exec 9>"$kept/boot-$((1 + $$ % 2)).lock"; flock 9; }
  exec qemu-system-x86_64 -machine q35,accel=tcg -cpu max -m 256 -smp 1 -nodefaults -display none -no-reboot \
    -serial "file:$work/console" -serial stdio -kernel "$kept/vmlinuz" -initrd "$work/initrd" \
    -append "console=ttyS0 quiet panic=-1 mitigations=off rcupdate.rcu_expedited=1 random.trust_cpu=on" "${drives[@]}" </dev/null
}

case ${1:-} in
  prepare) prepare ;;
  boot) shift; boot "$@" ;;
  *) fail "prepare, or boot WORK SCRIPT DISK..." ;;
esac
