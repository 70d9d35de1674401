# /dev/vda, /dev/vdb: legs, /dev/vdc: log, each below a mapped device a, b, c that can be made to fail. Prints what the
# kernel says after each step: insync count, letters of the legs, letter of the log, events, the byte of bits on the disk.
for name in a b c; do create $name --table "0 4096 linear /dev/vd$name 0"; done

broken=
replace() { dmsetup load "$1" --table "$2"; dmsetup resume --noflush "$1"; broken="$broken $1"; }
good() { replace "$1" "0 4096 linear /dev/vd$1 0"; }
no_writes() { replace "$1" "0 4096 flakey /dev/vd$1 0 0 600 1 error_writes"; }
dead() { replace "$1" "0 4096 error"; }

write() { dd if=/dev/zero of=/dev/mapper/m bs=4096 count=1 oflag=direct seek=$(($1 * 64)) 2>/dev/null; answer "write $1"; }
read_() { dd if=/dev/mapper/m of=/dev/null bs=4096 count=1 iflag=direct skip=$(($1 * 64)) 2>/dev/null; answer "read $1"; }
flush() { sync /dev/mapper/m 2>/dev/null; answer flush; }
answer() { if [ $? = 0 ]; then echo "$1: done"; else echo "$1: EIO"; fi; }

# Something that the mirror holds: its answer is said when there is one.
held() { "$@" >/tmp/answer & }
answered() { wait; cat /tmp/answer; }

legs="2 /dev/mapper/a 0 /dev/mapper/b 0" fresh="2 /dev/mapper/c 512" nosync="3 /dev/mapper/c 512 nosync"
begin() { features=$2 event=; echo "== mirror disk $1 $legs${2:+ $2}"; create m --table "0 4096 mirror disk $1 $legs $2"; }
end() { dmsetup remove m; for name in $broken; do good $name; done; broken=; }
forget() { dd if=/dev/zero of=/dev/vdc bs=4096 count=1 oflag=direct status=none; }

# Until the disks have nothing to do, for a tenth of a second.
traffic() { cat /sys/block/vd[abc]/stat; }
settled() {
  until before=$(traffic); usleep 100000; [ "$before" = "$(traffic)" ] && traffic | awk '$9 { exit 1 }'; do :; done
}

# say WORDS PATTERN: waits until the status has the pattern and what follows from it has settled, and says it. How many
# events there were is a matter of luck, and without handle_errors whether there was one is too.
say() {
  await "dmsetup status m | grep -q '$2'"; settled
  case $event$features in [12]*handle_errors*) [ "$(events)" = 0 ] || event=" event" ;; esac
  echo "$1: $(status | cut -d' ' -f7,9,13) bits $(bits /dev/vdc)$event"
}

for features in "" "2 handle_errors keep_log"; do
  begin "$nosync" "$features"; no_writes b; write 3; say "leg 1 takes no writes" "7/8 1 AD"
  read_ 3; write 5; say "it took no other" "6/8 1 AD"; end
  begin "$fresh" "$features"; say "leg 1 is back" "8/8 1 AA"; end
done

begin "$nosync" "1 handle_errors"; no_writes b; held write 3; say "a write is held" "7/8 1 AD"; good b
dmsetup suspend --noflush m; dmsetup load m --table "0 4096 mirror disk $fresh $legs 1 handle_errors"
dmsetup resume m; answered; say "reloaded" "8/8 1 AA"; end

begin "$nosync" "1 handle_errors"; no_writes b; held write 3; say "a write is held" "7/8 1 AD"
dmsetup suspend --nolockfs m; answered; dmsetup resume m; say "resumed with nosync" "8/8 1 AA"; end

begin "$nosync"; dead a; read_ 3; say "leg 0 cannot be read" "8/8 1 RA"; write 3; say "nor written" "7/8 1 DA"; end
begin "$nosync" "1 handle_errors"; dead a; read_ 3; say "leg 0 cannot be read" "8/8 1 RA"
held write 3; say "nor written" "7/8 1 DA"; dmsetup suspend --nolockfs m; answered; dmsetup resume m; end

begin "$nosync" "2 handle_errors keep_log"; dead a; dead b; write 3; say "no leg is left" "7/8 1 DD"; read_ 3; end

# Whether a write or flush that fails is held.
for features in "" "1 handle_errors" "2 handle_errors keep_log"; do
  case $features in 1*) try=held after=answered ;; *) try= after= ;; esac
  if [ -z "$features" ]; then failed="8/8 1 AA" unread="8/8 1 AA"; else failed="0/8 1 AF" unread="0/8 1 SA"; fi
  forget; no_writes b; begin "$fresh" "$features"; say "leg 1 refuses the recovery" "$failed"
  good b; dmsetup suspend m; dmsetup resume m; say "resumed with a good leg" "8/8 1 AA"; end
  forget; dead a; begin "$fresh" "$features"; say "leg 0 cannot be recovered from" "$unread"; read_ 3; end
  begin "$nosync" "$features"; dead c; $try write 3; say "the log is dead" "8/8 1 AA .* D"; read_ 3
  dmsetup suspend --nolockfs m; $after; dmsetup resume m; say "resumed" "8/8 1 AA .* D"; end
  begin "$nosync" "$features"; no_writes b; $try flush; say "leg 1 refuses a flush" "8/8 1 AD"; good b
  dmsetup suspend --nolockfs m; $after; dmsetup resume m; say "resumed" "8/8 1 AA"; write 3; say "written" "8/8 1 AA"; end
done
