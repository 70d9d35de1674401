# /dev/vda, /dev/vdb: legs, /dev/vdc: log, /dev/vde: a log of 1024 bytes. Prints why the kernel refuses each table.
legs="2 254:0 0 254:16 0"
nine="254:0 0 254:0 0 254:0 0 254:0 0 254:0 0 254:0 0 254:0 0 254:0 0 254:0 0"
while read -r line; do
  echo "given: $line"
  dmesg -c >/dev/null
  if echo "$line" | sed "s/254:/$disks:/g" | create m >/dev/null 2>&1; then echo "accepted"; dmsetup remove m; fi
  said
done <<TABLES
0 4096 mirror
0 4096 mirror core
0 4096 mirror core 1
0 4096 mirror core x 512 $legs
0 4096 mirror core 9 512 $legs
0 4096 mirror core 0 $legs
0 4096 mirror core 3 512 nosync x $legs
0 4096 mirror core 2 512 maybe $legs
0 4096 mirror core 1 511 $legs
0 4096 mirror core 1 768 $legs
0 4096 mirror core 1 1 $legs
0 4096 mirror core 1 0 $legs
0 4096 mirror core 1 8192 $legs
0 4096 mirror core 1 512x $legs
0 4096 mirror disk 1 254:32 $legs
0 4096 mirror disk 4 254:32 512 nosync x $legs
0 4096 mirror disk 3 254:32 512 always $legs
0 4096 mirror disk 2 /dev/missing 512 $legs
0 16 mirror disk 2 254:64 2 $legs
0 16384 mirror disk 2 254:64 2 $legs
0 4096 mirror tape 1 512 $legs
0 4096 mirror core 1 512
0 4096 mirror core 1 512 0
0 4096 mirror core 1 512 1 254:0 0
0 4096 mirror core 1 512 10 $nine 254:0 0
0 4096 mirror core 1 512 x $legs
0 4096 mirror core 1 512 2x 254:0 0 254:16 0
0 4096 mirror core 1 512 2 254:0 0 254:16
0 4096 mirror core 1 512 2 254:0 0 254:16 x
0 4096 mirror core 1 512 2 254:0 0 254:16 0x
0 4096 mirror core 1 512 2 254:0 0 /dev/missing 0
0 4096 mirror core 1 512 2 254:0 0 254:16 8192
0 4096 mirror core 1 512 $legs x
0 4096 mirror core 1 512 $legs 1
0 4096 mirror core 1 512 $legs 3 handle_errors
0 4096 mirror core 1 512 $legs 1 keep_log
0 4096 mirror core 1 512 $legs 1 fast
0 4096 mirror core 1 512 $legs 0 x
0 4096 mirror core 1 512 $legs 1 handle_errors x
TABLES
