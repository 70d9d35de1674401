# What every script about mirrors has. The mirror of a script is called m.

# The first byte of the bits of a log, as it is on the disk.
bits() { dd if="$1" iflag=direct bs=4096 count=1 status=none | od -A n -t x1 -j 1024 -N 1 | tr -d ' '; }

in_sync() { await "dmsetup status m | grep -qE ' ([0-9]+)/\\1 1 '"; }
