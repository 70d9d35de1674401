# What every script begins with.

# Numbers of devices in the golden files: disks have major number 254, mapped devices 253.
disks=$(cut -d: -f1 /sys/block/vda/dev) mapped=$(awk '$2 == "device-mapper" { print $1 }' /proc/devices)
golden() { sed "s/\b$disks:/254:/g; s/\b$mapped:/253:/g"; }

status() { dmsetup status "${1:-m}" | golden; }
table() { dmsetup table "${1:-m}" | golden; }
events() { dmsetup info -c --noheadings -o events "${1:-m}"; }
create() { dmsetup create "$@"; }

# What device-mapper says since the last time, without names of errnos, that newer kernels add, and without what is said
# of every table that is refused. Other parts of the kernel, that may speak in between, are left out.
said() {
  dmesg -c | golden | sed -n 's/ (-E[A-Z]*)$//; /: ioctl: /d; s/^\[[^]]*\] device-mapper: //p'
}

# Waits for a condition, five seconds at most.
await() {
  for i in $(seq 250); do eval "$1" && return; usleep 20000; done
  echo "never: $1"; exit 1
}
