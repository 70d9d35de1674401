namespace Kcopyd.Cli.Commands;

/// <summary>What the help says below the options.</summary>
internal static class HelpSections
{
    private const string Units = """
        Units:
          A sector is 512 bytes, always.
          SECTOR and SECTORS are numbers of sectors, or sizes with a suffix in whole sectors.
          SIZE is a number of bytes, or has a suffix: K M G T P E or KiB MiB ... (powers of 1024),
          kB MB GB ... (powers of 1000), s (sectors), B (bytes). 1.5G is a size.

        """;

    private const string Codes = """
        Exit codes:
          0    everything was done
          1    the job ended with errors, ignored and salvaged ones and dropped targets among them,
               or found a difference
          2    the command line, a device or the journal does not allow it; nothing was created, extended
               or written
          130  interrupted (SIGINT; 143 after SIGTERM, 129 after SIGHUP): what was in flight is done,
               what was copied is printed, and for a journaled job the command that resumes it;
               a second signal ends the program at once

        """;

    private const string CopyExamples = """
        Examples:
          kcopyd copy disk.img /dev/sdb                       a whole image to a disk
          kcopyd copy /dev/sda a.img b.img --flush            one disk to two files, reading it once, durable at the end
          kcopyd copy a.img b.img --sector 2048 --count 1G    1 GiB from sector 2048 on to the start of b.img
          kcopyd copy /dev/sda a.img --on-read-error salvage  as much as can be read of a failing disk
          kcopyd copy a.img b.img --rate 50M --json           in the background, with a result for a script
          kcopyd copy disk.img /dev/sdb                       again after a crash: goes on where it was
          kcopyd copy nbd://10.0.0.7/vm vm.img --verify       an export of an NBD server to a file

        """;

    private const string JobsExamples = """
        Examples:
          kcopyd jobs                                         what is not over, and the last few that are
          kcopyd jobs --all --json                            everything, for a script

        """;

    private const string ResumeExamples = """
        Examples:
          kcopyd resume                                       everything that is not over, one after the other
          kcopyd resume disk.img-3f9a01c2 --progress plain    one job
          kcopyd resume disk.img-3f9a01c2 --restart           afresh, on the devices as they are now

        """;

    private const string ForgetExamples = """
        Examples:
          kcopyd forget disk.img-3f9a01c2                     the journal, not the devices

        """;

    private const string ZeroExamples = """
        Examples:
          kcopyd zero /dev/sdb                                a whole disk
          kcopyd zero new.img --count 10G                     a new file of 10 GiB without data
          kcopyd zero a.img --target-sector 0 --count 34      the partition table of an image

        """;

    private const string VerifyExamples = """
        Examples:
          kcopyd verify disk.img /dev/sdb                     did the copy arrive?
          kcopyd verify /dev/sda a.img b.img --progress none  two copies at once, reading the source once

        """;

    private const string MirrorExamples = """
        Examples:
          kcopyd mirror create --table "0 2097152 mirror disk 2 log.img 1024 2 a.img 0 b.img 0"
          kcopyd mirror sync --table "0 2097152 mirror disk 2 log.img 1024 2 a.img 0 b.img 0"
                                                              a.img to b.img, 1 GiB in regions of 512 KiB;
                                                              again after a crash: goes on from the log
          kcopyd mirror status --table - < mirror.table       in how much they are equal, as dmsetup status has it
          kcopyd mirror check --table - --json < mirror.table are they? For a script
          dmsetup table m0 | kcopyd mirror check --table -    a kernel's mirror, while it is not active

        """;

    private const string SnapshotExamples = """
        Examples:
          kcopyd snapshot create --table "0 2097152 snapshot disk.img monday.cow P 0" --size 256M
                                                              a store for a snapshot of 1 GiB
          kcopyd snapshot status --table "0 2097152 snapshot disk.img monday.cow P 0" --areas
                                                              how full it is, and of what
          kcopyd snapshot export --table - monday.img < monday.table
                                                              a backup of a moment; again after a crash: goes on
          kcopyd snapshot read --table - < monday.table | gzip > monday.gz
          kcopyd snapshot merge --table - < monday.table      the origin becomes what the snapshot shows
          dmsetup table s0 | kcopyd snapshot status --table - a kernel's snapshot, while it is not active

        """;

    private const string ServeExamples = """
        Examples:
          kcopyd serve --export disk=disk.img                 nbd://127.0.0.1:10809/disk, for any NBD client
          kcopyd serve --export vm=/dev/sdb --socket /run/vm.sock
                                                              a Unix socket and no port
          kcopyd serve devices.table                          what the file describes:
            vm: 0 2097152 snapshot-origin /srv/vm.img           an image,
            monday: 0 2097152 snapshot /srv/vm.img /srv/monday.cow P 8
                                                                as it was on Monday,
            data: 0 2097152 mirror disk 2 /srv/log 1024 2 /dev/sdb 0 /dev/sdc 0
                                                                and two disks as one
          kill -HUP PID                                       to the server: the file has changed
          kcopyd status                                       how it is
          kcopyd copy nbd://127.0.0.1:10809/monday backup.img a backup of a moment, while the image is in use

        """;

    private const string ServeCodes = """
        Exit codes:
          0    it was ended by SIGTERM or SIGINT; what clients had begun is done
          1    something went wrong that was no request's fault
          2    the command line, the tables, an address or every device does not allow it; nothing was served

        """;

    private const string StatusExamples = """
        Examples:
          kcopyd status                                       everything
          kcopyd status monday                                one device, for a script: 1 where something is wrong
          kcopyd status --show-table > devices.table          what runs, as tables
          kcopyd status --json                                everything, for a script

        """;

    private const string StatusCodes = """
        Exit codes:
          0    the server answers, and nothing is wrong
          1    a device does not run, has a failed leg, is lost, or the journal cannot be read
          2    no server answers, or it has no such device

        """;

    internal static string For(string command) => command switch
    {
        CopyCommand.Name => $"{Units}\n{CopyExamples}\n{Codes}",
        ZeroCommand.Name => $"{Units}\n{ZeroExamples}\n{Codes}",
        VerifyCommand.Name => $"{Units}\n{VerifyExamples}\n{Codes}",
        JobsCommand.Name => $"{JobsExamples}\n{Codes}",
        ResumeCommand.Name => $"{Units}\n{ResumeExamples}\n{Codes}",
        ForgetCommand.Name => $"{ForgetExamples}\n{Codes}",
        MirrorCommand.Name => $"{Units}\n{MirrorExamples}\n{Codes}",
        SnapshotCommand.Name => $"{Units}\n{SnapshotExamples}\n{Codes}",
        ServeCommand.Name => $"{ServeExamples}\n{ServeCodes}",
        StatusCommand.Name => $"{StatusExamples}\n{StatusCodes}",
        DemoCommand.Name => Codes,
        _ => $"{CopyExamples}\n{Codes}",
    };
}
