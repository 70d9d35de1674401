using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Kcopyd.Devices;

/// <summary>Opens a regular or block special file of Linux: type, lock, size, alignment, identity, in that
/// order.</summary>
internal sealed class LinuxFileOpening(FileOpening opening)
{
    /// <summary>rw-rw-rw-, less the user's umask.</summary>
    private const uint CreationMode = 0x1B6;

    private readonly string _uri = opening.Uri;
    private readonly string _path = FileOpening.FullPath(opening.Uri, opening.Path);

    /// <summary>Opens, or creates. Nothing stays open or created when it fails.</summary>
    internal FileIo Open()
    {
        while (true)
        {
            var errno = LinuxFileStatus.TryRead(_path, out var status);
            if (status is not null)
            {
                RefuseIfMustCreate();
                LinuxFileDescription.CheckType(_uri, status);
                return status.IsBlockSpecial ? OpenBlockSpecial() : OpenRegular();
            }

            LinuxFileDescription.CheckMissing(_uri, _path, errno);
            if (opening.Options.CreateLengthBytes is not { } length)
            {
                throw SystemErrors.Failure(_uri, DeviceOperation.Open, SystemErrors.NoEntry, offset: null);
            }

            if (TryCreate(length) is { } created)
            {
                return created;
            }

            // Someone else created it in between: it is opened as it is.
            RefuseIfMustCreate();
        }
    }

    private void RefuseIfMustCreate()
    {
        if (opening.Options.MustCreate)
        {
            throw SystemErrors.Failure(_uri, DeviceOperation.Open, SystemErrors.Exists, offset: null);
        }
    }

    private FileIo OpenRegular()
    {
        var file = OpenHandle(Mode | LinuxCalls.OpenNonBlocking);
        try
        {
            return Finish(file, createdIn: null);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private FileIo OpenBlockSpecial()
    {
        LinuxFileStatus.TryRead(_path, out var before);
        if (opening.IsWritable
            && before is not null
            && LinuxLocation.Resolve(before).Directory is { } directory
            && LinuxSysfs.Number(directory, "ro") == 1)
        {
            throw SystemErrors.Failure(
                _uri,
                DeviceOperation.Open,
                SystemErrors.ReadOnlyFileSystem,
                offset: null,
                "the device is read-only");
        }

        var flags = Mode
            | (opening.IsWritable ? LinuxCalls.OpenExclusive : 0)
            | (opening.Options.Direct ? LinuxCalls.OpenDirect : 0);
        var file = OpenHandle(flags);
        try
        {
            return new LinuxDisk(opening, _path, file).Attach();
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private FileIo? TryCreate(long length)
    {
        const int readOnly = LinuxCalls.OpenReadOnly | LinuxCalls.OpenCloseOnExec;
        var directory = OpenOrThrow(Path.GetDirectoryName(_path)!, readOnly, 0);
        var created = LinuxCalls.Open(
            _path, Mode | LinuxCalls.OpenCreate | LinuxCalls.OpenExclusive, CreationMode);
        if (created.IsInvalid)
        {
            var errno = Marshal.GetLastPInvokeError();
            created.Dispose();
            directory.Dispose();
            return errno == SystemErrors.Exists
                ? null
                : throw SystemErrors.Failure(_uri, DeviceOperation.Open, errno, offset: null);
        }

        var isOurs = false;
        try
        {
            Lock(created);
            isOurs = true;
            if (LinuxCalls.Truncate(created, length) != 0)
            {
                throw SystemErrors.Failure(_uri, DeviceOperation.Open, Marshal.GetLastPInvokeError(), offset: null);
            }

            return Finish(created, directory);
        }
        catch
        {
            if (isOurs)
            {
                // Else someone opened it before it was locked, and has it now.
                _ = LinuxCalls.Unlink(_path);
            }

            created.Dispose();
            directory.Dispose();
            throw;
        }
    }

    private FileIo Finish(SafeFileHandle file, SafeFileHandle? createdIn)
    {
        var status = StatusOf(file);
        if (!status.IsRegular)
        {
            throw new DeviceException(
                _uri, DeviceOperation.Open, DeviceErrorKind.Vanished, "it was replaced while it was being opened");
        }

        if (createdIn is null)
        {
            Lock(file);

            // The size may have changed until the lock was ours.
            status = StatusOf(file);
        }

        var vanishing = new LinuxVanishing(_path, status, LinuxLocation.Resolve(status));
        var cached = new LinuxFile(file, isBlockSpecial: false, createdIn, vanishing, opening);
        var geometry = new BlockDeviceGeometry(
            status.LengthBytes,
            LogicalBlockSize: 1,
            status.PreferredBlockSize,
            IsReadOnly: !opening.IsWritable,
            BlockDeviceAbilities.BlockStatus | BlockDeviceAbilities.ByteGranular | Abilities(cached, status));
        var marks = LinuxMarks.Collect(file, status, vanishing.Location);
        var identity = new BlockDeviceIdentity(_uri, status.LengthBytes, marks) { Modified = status.Modified };
        var facts = new FileFacts(identity, geometry, vanishing.Location.Storage, 0);
        return opening.Options.Direct ? Direct(facts, cached, vanishing) : new FileIo(facts, cached);
    }

    private FileIo Direct(FileFacts facts, LinuxFile cached, LinuxVanishing vanishing)
    {
        // Through the name again, because a second open of the same handle needs /proc; the check makes it as good.
        var file = OpenHandle(Mode | LinuxCalls.OpenDirect);
        try
        {
            return Direct(facts, cached, vanishing, file);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private FileIo Direct(FileFacts facts, LinuxFile cached, LinuxVanishing vanishing, SafeFileHandle file)
    {
        var status = StatusOf(file);
        if (!status.IsSameFileAs(vanishing.Opened))
        {
            throw new DeviceException(
                _uri, DeviceOperation.Open, DeviceErrorKind.Vanished, "it was replaced while it was being opened");
        }

        var (block, memory) = LinuxDirectAlignment.Find(_uri, file, status);
        var geometry = facts.Geometry with
        {
            LogicalBlockSize = block,
            PhysicalBlockSize = Math.Max(block, facts.Geometry.PhysicalBlockSize),
        };
        var direct = new LinuxFile(file, isBlockSpecial: false, createdIn: null, vanishing, opening);
        return new FileIo(
            facts with { Geometry = geometry, IsDirect = true, MemoryAlignment = memory },
            new LinuxDirectFile(direct, cached, block));
    }

    private BlockDeviceAbilities Abilities(LinuxFile file, LinuxFileStatus status)
    {
        // A hole punched past the end changes nothing, and tells whether the file system knows how. The megabyte keeps
        // clear of what may have been allocated ahead of the end.
        var past = BlockRequest.RoundUp(status.LengthBytes, 1 << 20) + (1 << 20);
        return opening.IsWritable && file.Discard(past, 4096) == 0
            ? BlockDeviceAbilities.WriteZeroes | BlockDeviceAbilities.Discard
            : BlockDeviceAbilities.None;
    }

    private void Lock(SafeFileHandle file)
    {
        var operation = opening.IsWritable ? LinuxCalls.LockExclusive : LinuxCalls.LockShared;
        while (LinuxCalls.Lock(file, operation | LinuxCalls.LockNonBlocking) != 0)
        {
            var errno = Marshal.GetLastPInvokeError();
            if (errno == SystemErrors.Again)
            {
                throw SystemErrors.Failure(_uri, DeviceOperation.Open, errno, offset: null, HeldReason);
            }

            if (errno is SystemErrors.NotSupported or SystemErrors.NoSystemCall or SystemErrors.Invalid)
            {
                // A file system without locks: there is nothing to hold.
                return;
            }

            if (errno != SystemErrors.Interrupted)
            {
                throw SystemErrors.Failure(_uri, DeviceOperation.Open, errno, offset: null);
            }
        }
    }

    private string HeldReason => opening.IsWritable
        ? "it is open elsewhere: a file to be written is locked (flock) against this program, other runs of it, and "
            + "every program that takes such locks, and one of them has it"
        : "it is being written: a file to be read is locked (flock) against writers in this program, in other runs of "
            + "it, and in every program that takes such locks, and one of them has it";

    private int Mode => LinuxCalls.OpenCloseOnExec
        | LinuxCalls.OpenNoTerminal
        | (opening.IsWritable ? LinuxCalls.OpenReadWrite : LinuxCalls.OpenReadOnly);

    private SafeFileHandle OpenHandle(int flags) => OpenOrThrow(_path, flags, 0);

    private SafeFileHandle OpenOrThrow(string path, int flags, uint mode)
    {
        while (true)
        {
            var file = LinuxCalls.Open(path, flags, mode);
            if (!file.IsInvalid)
            {
                return file;
            }

            var errno = Marshal.GetLastPInvokeError();
            file.Dispose();
            if (errno != SystemErrors.Interrupted)
            {
                throw Refusal(errno, flags);
            }
        }
    }

    private DeviceException Refusal(int errno, int flags) => errno switch
    {
        SystemErrors.Busy when (flags & LinuxCalls.OpenExclusive) != 0 => SystemErrors.Failure(
            _uri,
            DeviceOperation.Open,
            errno,
            offset: null,
            "it is mounted, or held by another device (device-mapper, RAID, swap) or by another program that opened it "
                + "exclusively; this program opens a block device exclusively (O_EXCL) to write it"),
        SystemErrors.Invalid when (flags & LinuxCalls.OpenDirect) != 0 => LinuxDirectAlignment.Refused(_uri),
        _ => SystemErrors.Failure(_uri, DeviceOperation.Open, errno, offset: null),
    };

    private LinuxFileStatus StatusOf(SafeFileHandle file)
    {
        var errno = LinuxFileStatus.TryRead(file, out var status);
        return status ?? throw SystemErrors.Failure(_uri, DeviceOperation.Open, errno, offset: null);
    }
}
