# What every script about mirrors begins with. The mirror of a script is called m.

# Numbers of devices in the golden files: disks have major number 254, mapped devices 253.
disks=$(cut -d: -f1 /sys/block/vda/dev) mapped=$(awk '$2 == "device-mapper" { print $1 }' /proc/devices)
golden() { sed "s/\b$disks:/254:/g; s/\b$mapped:/253:/g"; }

status() { dmsetup status "${1:-m}" | golden; }
table() { dmsetup table "${1:-m}" | golden; }
events() { dmsetup info -c --noheadings -o events m; }
create() { dmsetup create "$@"; }

# The first byte of the bits of a log, as it is on the disk.
bits() { dd if="$1" iflag=direct bs=4096 count=1 status=none | od -A n -t x1 -j 1024 -N 1 | tr -d ' '; }

# Waits for a condition, five seconds at most.
await() {
  for i in $(seq 250); do eval "$1" && return; usleep 20000; done
  echo "never: $1"; exit 1
}
in_sync() { await "dmsetup status m | grep -qE ' ([0-9]+)/\\1 1 '"; }
