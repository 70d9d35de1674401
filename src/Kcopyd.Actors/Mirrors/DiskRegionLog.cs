using System.Collections.Immutable;
using Kcopyd.Actors.Hosting;
using Kcopyd.Core;
using Kcopyd.Core.Mirrors;
using Kcopyd.Devices;

namespace Kcopyd.Actors.Mirrors;

/// <summary>A log on a device of its own, in the format of dm-mirror.</summary>
/// <remarks>
/// <para>Marks are durable before a commit ends; clean marks alone are written and not flushed.</para>
/// <para>Whatever else stood on the device before, a crash while it becomes a log leaves no region clean that was not:
/// bits are durable before the head that makes them count.</para>
/// <para>After a write or flush that failed nothing is known of what the device holds: every commit fails until all of
/// it was written anew. A log that could not be read is called failed until then, too, but is written
/// (<see cref="LogTrust.Kernel"/>).</para>
/// <para>The device is the caller's, before, meanwhile and after.</para>
/// </remarks>
internal sealed class DiskRegionLog : IRegionLog
{
    private readonly IBlockDevice _device;
    private readonly MirrorTable _table;
    private readonly LogTrust _trust;
    private readonly string _name;
    private readonly int _blockSize;
    private readonly long _size;
    private readonly AlignedDeviceAccess _access;
    private DirtyLogImage? _image;
    private long _writeEpoch;
    private bool _hasFailed;
    private volatile MirrorLogStatus _status;

    public DiskRegionLog(IBlockDevice device, MirrorTable table, LogTrust trust)
    {
        _device = device;
        _table = table;
        _trust = trust;
        _name = table.Log.Device ?? device.Identity.Uri;
        _blockSize = Math.Max(device.Geometry.LogicalBlockSize, Sectors.Size);
        _size = DirtyLogImage.SizeOf(table.Geometry.RegionCount, _blockSize);
        _access = new AlignedDeviceAccess(device, _size);
        _status = new MirrorLogStatus(MirrorLogKind.Disk, _name, LogHealth.Alive);
    }

    /// <inheritdoc/>
    public MirrorLogStatus Status => _status;

    /// <summary>The image that the log is, once it was loaded.</summary>
    internal DirtyLogImage? Image => _image;

    private DirtyLogImage Loaded => _image ?? throw new InvalidOperationException("The log was not loaded.");

    /// <inheritdoc/>
    public async Task<RegionBits> LoadAsync(CancellationToken cancellationToken)
    {
        RefuseDevice();
        Revive();
        _writeEpoch = _device.WriteEpoch;
        var read = await ReadAsync(cancellationToken).ConfigureAwait(false);
        var image = DirtyLogImage.Resume(read, _table.Geometry.RegionCount, _table.Log.Sync, _blockSize);
        Judge(image.Finding, read);
        cancellationToken.ThrowIfCancellationRequested();

        _image = image;
        var changes = image.TakeChanges();
        try
        {
            await StoreAsync(image.Finding is DirtyLogFinding.Good ? changes.Blocks : All()).ConfigureAwait(false);
        }
        catch (MirrorLogException) when (_trust == LogTrust.Kernel)
        {
            // The mirror begins with what was read, and its status and its first commit say how the log is.
        }

        return image.Bits.Copy();
    }

    /// <inheritdoc/>
    public async Task CommitAsync(LogCommit changes)
    {
        var image = Loaded;
        if (_hasFailed)
        {
            throw new MirrorLogException($"The log device {_name} failed before, and was not written anew since.");
        }

        changes.ApplyTo(image);
        var changed = image.TakeChanges();
        await WriteAsync(changed.Blocks).ConfigureAwait(false);
        if (changed.NeedsFlush)
        {
            // A crash up to this line may lose marks, and no data of their regions was written. After it none is lost.
            await FlushAsync().ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public async Task RewriteAsync(RegionBits clean)
    {
        var image = Loaded;
        image.Assign(clean);
        image.TakeChanges();
        _writeEpoch = _device.WriteEpoch;
        await StoreAsync(All()).ConfigureAwait(false);
        Revive();
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _access.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>What no trust makes a log.</summary>
    private void RefuseDevice()
    {
        var geometry = _device.Geometry;
        DirtyLogRules.RefuseSize(_name, _table, geometry.LengthBytes, _size);
        if (geometry.IsReadOnly)
        {
            throw new MirrorLogException($"The log device {_name} is read-only.");
        }
    }

    /// <summary>Refuses what must not be overwritten, and remembers what counts as failed.</summary>
    private void Judge(DirtyLogFinding finding, byte[]? read)
    {
        if (_trust == LogTrust.Kernel)
        {
            if (finding is DirtyLogFinding.Unreadable or DirtyLogFinding.UnknownVersion)
            {
                Stand(LogHealth.Failed);
            }

            return;
        }

        DirtyLogRules.RefuseFinding(_name, finding, read, _device.Geometry.LengthBytes);
    }

    /// <summary>The bytes of the log; null if they cannot be read and that is to be borne.</summary>
    private async Task<byte[]?> ReadAsync(CancellationToken cancellationToken)
    {
        var bytes = new byte[_size];
        try
        {
            await _access.ReadAsync(0, bytes, cancellationToken).ConfigureAwait(false);
            return bytes;
        }
        catch (DeviceException) when (_trust == LogTrust.Kernel)
        {
            return null;
        }
        catch (DeviceException e)
        {
            throw DirtyLogRules.Unreadable(_name, e);
        }
    }

    /// <summary>Writes blocks of the image, that of the head among them, so that the head never counts for bits that
    /// are not durable.</summary>
    private async Task StoreAsync(ImmutableArray<SectorRange> blocks)
    {
        var head = SectorRange.Create(0, _blockSize / Sectors.Size);
        ImmutableArray<SectorRange> bits = [.. blocks.Select(After).Where(range => !range.IsEmpty)];
        if (!bits.IsEmpty)
        {
            await WriteAsync(bits).ConfigureAwait(false);
            await FlushAsync().ConfigureAwait(false);
        }

        // A crash up to this line leaves the head that was there: no region is clean that was not, or that the table
        // does not say is.
        await WriteAsync([head]).ConfigureAwait(false);
        await FlushAsync().ConfigureAwait(false);

        SectorRange After(SectorRange range) =>
            SectorRange.Between(Math.Max(range.Start, head.End), Math.Max(range.End, head.End));
    }

    private ImmutableArray<SectorRange> All() => [SectorRange.Create(0, _size / Sectors.Size)];

    private async Task WriteAsync(ImmutableArray<SectorRange> blocks)
    {
        try
        {
            foreach (var range in blocks)
            {
                var bytes = Loaded.Bytes.Slice((int)range.StartBytes, (int)range.CountBytes);
                await _access.WriteAsync(range.StartBytes, bytes).ConfigureAwait(false);
            }
        }
        catch (DeviceException e)
        {
            throw Failed(LogHealth.Failed, e);
        }
    }

    private async Task FlushAsync()
    {
        try
        {
            await _device.FlushAsync(_writeEpoch, CancellationToken.None).ConfigureAwait(false);
        }
        catch (DeviceException e)
        {
            throw Failed(LogHealth.FlushFailed, e);
        }
    }

    private MirrorLogException Failed(LogHealth health, DeviceException cause)
    {
        _hasFailed = true;
        Stand(_status.Health == LogHealth.FlushFailed ? LogHealth.FlushFailed : health);
        return new MirrorLogException($"The log device {_name} failed: {cause.Message}", cause);
    }

    private void Revive()
    {
        _hasFailed = false;
        Stand(LogHealth.Alive);
    }

    private void Stand(LogHealth health) => _status = new MirrorLogStatus(MirrorLogKind.Disk, _name, health);
}
