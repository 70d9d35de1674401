# /dev/vda: origin, /dev/vdb: store, /dev/vdd: a disk that gets blocks of 4096 bytes as 7:0, /dev/vde: a disk of 1024
# bytes. Prints what the kernel says of each table: why it refuses it, or what becomes of it.
losetup -b 4096 /dev/loop0 /dev/vdd
fresh() { for disk in /dev/vdb /dev/vdd; do dd if=/dev/zero of=$disk bs=4096 count=1 oflag=direct status=none; done; }
try() {
  echo "given: $1"
  said >/dev/null
  if given "$1" | create m >/dev/null 2>&1; then
    echo "table: $(table)"; echo "status: $(status)"; dmsetup remove m
  fi
  said
}
# Where the store is a device, it is new each time.
while read -r line; do fresh; try "$line"; done <<TABLES
0 4096 snapshot-origin
0 4096 snapshot-origin 254:0
0 4096 snapshot-origin 254:0 254:16
0 4096 snapshot-origin /dev/missing
0 4096 snapshot-origin 254:64
0 4096 snapshot
0 4096 snapshot 254:0
0 4096 snapshot 254:0 254:16
0 4096 snapshot 254:0 254:16 P
0 4096 snapshot-merge
0 4096 snapshot-merge 254:0 254:16 P
0 4096 snapshot /dev/missing 254:16 P 8
0 4096 snapshot 254:0 /dev/missing P 8
0 4096 snapshot 254:0 254:0 P 8
0 4096 snapshot 254:64 254:16 P 8
0 81921 snapshot 254:0 254:16 P 8
0 81921 snapshot-merge 254:0 254:16 P 8
0 4096 snapshot 254:0 254:16 P 8
0 4096 snapshot 254:0 254:16 p 8
0 4096 snapshot 254:0 254:16 PO 8
0 4096 snapshot 254:0 254:16 pO 8
0 4096 snapshot 254:0 254:16 Po 8
0 4096 snapshot 254:0 254:16 POx 8
0 4096 snapshot 254:0 254:16 Px 8
0 4096 snapshot 254:0 254:16 Persistent 8
0 4096 snapshot 254:0 254:16 N 8
0 4096 snapshot 254:0 254:16 n 8
0 4096 snapshot 254:0 254:16 Nx 8
0 4096 snapshot 254:0 254:16 NO 8
0 4096 snapshot 254:0 254:16 X 8
0 4096 snapshot 254:0 254:16 OP 8
0 4096 snapshot 254:0 254:16 P 1
0 4096 snapshot 254:0 254:16 P 2
0 4096 snapshot 254:0 254:16 P 0
0 4096 snapshot 254:0 254:16 PO 0
0 4096 snapshot 254:0 254:16 N 0
0 4096 snapshot 254:0 254:16 P 3
0 4096 snapshot 254:0 254:16 P 12
0 4096 snapshot 254:0 254:16 N 12
0 4096 snapshot 254:0 254:16 P x
0 4096 snapshot 254:0 254:16 P 8x
0 4096 snapshot 254:0 254:16 P -8
0 4096 snapshot 254:0 254:16 P +8
0 4096 snapshot 254:0 254:16 P 08
0 4096 snapshot 254:0 254:16 P 016
0 4096 snapshot 254:0 254:16 P 010
0 4096 snapshot 254:0 254:16 P 0x8
0 4096 snapshot 254:0 254:16 N 2097152
0 4096 snapshot 254:0 254:16 N 4194304
0 4096 snapshot 254:0 254:16 P 4194304
0 4096 snapshot 254:0 254:16 P 2147483648
0 4096 snapshot 254:0 254:16 P 4294967296
0 4096 snapshot 254:0 254:16 P 4294967304
0 4096 snapshot 254:0 254:16 P 18446744073709551624
0 4096 snapshot 254:0 7:0 P 4
0 4096 snapshot 254:0 7:0 N 4
0 4096 snapshot 254:0 7:0 P 0
0 4096 snapshot 254:0 7:0 P 8
0 4096 snapshot 7:0 254:16 P 4
0 4096 snapshot 7:0 254:16 N 1
0 2 snapshot 254:0 254:64 N 8
0 4096 snapshot 254:0 254:64 P 8
0 4096 snapshot 254:0 254:64 P 2
0 4096 snapshot 254:0 254:64 P 1
0 4096 snapshot 254:0 254:64 P 0
0 4096 snapshot 254:0 254:16 P 8 0
0 4096 snapshot 254:0 254:16 P 8 x
0 4096 snapshot 254:0 254:16 P 8 -1
0 4096 snapshot 254:0 254:16 P 8 1
0 4096 snapshot 254:0 254:16 P 8 2 discard_zeroes_cow
0 4096 snapshot 254:0 254:16 P 8 3 discard_zeroes_cow discard_zeroes_cow discard_zeroes_cow
0 4096 snapshot 254:0 254:16 P 8 1 fast
0 4096 snapshot 254:0 254:16 P 8 2 discard_zeroes_cow fast
0 4096 snapshot 254:0 254:16 P 8 1 discard_zeroes_cow
0 4096 snapshot 254:0 254:16 PO 8 1 Discard_Zeroes_COW
0 4096 snapshot 254:0 254:16 N 8 1 discard_zeroes_cow
0 4096 snapshot 254:0 254:16 P 8 1 discard_passdown_origin
0 4096 snapshot 254:0 254:16 P 8 2 discard_passdown_origin discard_passdown_origin
0 4096 snapshot 254:0 254:16 P 8 2 discard_zeroes_cow discard_passdown_origin
0 4096 snapshot 254:0 254:16 P 8 2 discard_passdown_origin discard_zeroes_cow
0 4096 snapshot 254:0 254:16 P 8 2 discard_zeroes_cow discard_zeroes_cow
0 4096 snapshot 254:0 254:16 P 8 0 x
0 4096 snapshot 254:0 254:16 P 8 1 discard_zeroes_cow x
0 4096 snapshot 254:0 254:16 P 8 1 discard_zeroes_cow discard_passdown_origin
0 4096 snapshot-merge 254:0 254:16 N 8
0 4096 snapshot-merge 254:0 254:16 X 8
0 4096 snapshot-merge 254:0 254:16 P 12
0 4096 snapshot-merge 254:0 254:16 P 8
0 4096 snapshot-merge 254:0 254:16 PO 8
0 4096 snapshot-merge 254:0 254:16 P 0
0 4096 snapshot-merge 254:0 254:16 P 8 1 discard_zeroes_cow
0 4096 snapshot-merge 254:0 254:16 P 8 2 discard_zeroes_cow discard_passdown_origin
0 4096 snapshot-merge 254:0 254:16 P 8 1 discard_passdown_origin
0 4096 snapshots 254:0 254:16 P 8
TABLES
