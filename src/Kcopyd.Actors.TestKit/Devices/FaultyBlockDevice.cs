using Kcopyd.Devices;

namespace Kcopyd.Actors.TestKit.Devices;

/// <summary>A device that fails as it is told to, or as a seed says; never by chance.</summary>
/// <remarks>
/// <para>
/// A failed read has filled the buffer up to the byte that the exception names and poisoned the rest (0xEE); a failed
/// write has written up to there. A failed flush flushes nothing and ends the write epoch, as
/// <see cref="IBlockDevice.FlushAsync"/> says.
/// </para>
/// <para>A fault that crashes throws <see cref="DeviceCrashException"/>, which is no
/// <see cref="DeviceException"/>.</para>
/// </remarks>
public sealed class FaultyBlockDevice : DelegatingBlockDevice
{
    /// <summary>What an untrustworthy byte of a failed read is set to, so that whoever copies it is found
    /// out.</summary>
    public const byte PoisonByte = 0xEE;

    private readonly long[] _numbers = new long[Enum.GetValues<DeviceOperation>().Length];

    private readonly FaultPlan _plan;
    private long _endedEpochs;
    private long _faults;

    /// <summary>A device that fails as <paramref name="plan"/> says.</summary>
    public FaultyBlockDevice(IBlockDevice inner, FaultPlan plan)
        : base(inner)
    {
        ArgumentNullException.ThrowIfNull(plan);
        _plan = plan;
    }

    /// <summary>A device with the faults listed.</summary>
    public FaultyBlockDevice(IBlockDevice inner, params IEnumerable<DeviceFault> faults)
        : this(inner, FaultPlan.Of(faults))
    {
    }

    /// <inheritdoc/>
    public override long WriteEpoch => Inner.WriteEpoch + Interlocked.Read(ref _endedEpochs);

    /// <summary>How many requests were hit so far.</summary>
    public long Faults => Interlocked.Read(ref _faults);

    /// <summary>Ends the write epoch, as a lost connection does.</summary>
    public void EndWriteEpoch() => Interlocked.Increment(ref _endedEpochs);

    /// <inheritdoc/>
    public override ValueTask ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        var request = new DeviceRequest(DeviceOperation.Read, offset, buffer.Length);
        return Find(request) is { } fault
            ? FailReadAsync(request, fault, buffer, cancellationToken)
            : Inner.ReadAsync(offset, buffer, cancellationToken);
    }

    /// <inheritdoc/>
    public override ValueTask WriteAsync(
        long offset, ReadOnlyMemory<byte> buffer, WriteDurability durability, CancellationToken cancellationToken)
    {
        var request = new DeviceRequest(DeviceOperation.Write, offset, buffer.Length) { Durability = durability };
        return Find(request) is { } fault
            ? FailWriteAsync(request, fault, buffer, cancellationToken)
            : Inner.WriteAsync(offset, buffer, durability, cancellationToken);
    }

    /// <inheritdoc/>
    public override ValueTask WriteZeroesAsync(long offset, long length, CancellationToken cancellationToken)
    {
        var request = new DeviceRequest(DeviceOperation.WriteZeroes, offset, length);
        return Find(request) is { } fault
            ? FailWriteZeroesAsync(request, fault, cancellationToken)
            : Inner.WriteZeroesAsync(offset, length, cancellationToken);
    }

    /// <inheritdoc/>
    public override ValueTask DiscardAsync(long offset, long length, CancellationToken cancellationToken)
    {
        var request = new DeviceRequest(DeviceOperation.Discard, offset, length);
        return Find(request) is { } fault
            ? ValueTask.FromException(Failure(request, fault))
            : Inner.DiscardAsync(offset, length, cancellationToken);
    }

    /// <inheritdoc/>
    public override ValueTask FlushAsync(long writeEpoch, CancellationToken cancellationToken)
    {
        var request = new DeviceRequest(DeviceOperation.Flush, 0, 0) { WriteEpoch = writeEpoch };
        var fault = Find(request);
        var ended = Interlocked.Read(ref _endedEpochs);
        if (writeEpoch != Inner.WriteEpoch + ended)
        {
            return ValueTask.FromException(new DeviceException(
                Identity.Uri, DeviceOperation.Flush, DeviceErrorKind.UnflushedWritesLost, "unflushed writes lost"));
        }

        if (fault is null)
        {
            return Inner.FlushAsync(writeEpoch - ended, cancellationToken);
        }

        EndWriteEpoch();
        return ValueTask.FromException(Failure(request, fault));
    }

    /// <inheritdoc/>
    public override ValueTask<IReadOnlyList<BlockExtent>> GetBlockStatusAsync(
        long offset, long length, CancellationToken cancellationToken)
    {
        var request = new DeviceRequest(DeviceOperation.BlockStatus, offset, length);
        return Find(request) is { } fault
            ? ValueTask.FromException<IReadOnlyList<BlockExtent>>(Failure(request, fault))
            : Inner.GetBlockStatusAsync(offset, length, cancellationToken);
    }

    /// <inheritdoc/>
    public override ValueTask ConfirmAsync(CancellationToken cancellationToken)
    {
        var request = new DeviceRequest(DeviceOperation.Confirm, 0, 0);
        return Find(request) is { } fault
            ? ValueTask.FromException(Failure(request, fault))
            : Inner.ConfirmAsync(cancellationToken);
    }

    private DeviceFault? Find(DeviceRequest request)
    {
        var number = Interlocked.Increment(ref _numbers[(int)request.Operation]);
        var fault = _plan.Find(request, number);
        if (fault is null)
        {
            return null;
        }

        Interlocked.Increment(ref _faults);
        return fault.Effect == DeviceFaultEffect.CrashOnCall ? throw Crash(request) : fault;
    }

    private async ValueTask FailReadAsync(
        DeviceRequest request, DeviceFault fault, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        var good = GoodBytes(request, fault);
        if (good > 0)
        {
            await Inner.ReadAsync(request.Offset, buffer[..good], cancellationToken).ConfigureAwait(false);
        }

        buffer[good..].Span.Fill(PoisonByte);
        throw Failure(request, fault);
    }

    private async ValueTask FailWriteAsync(
        DeviceRequest request, DeviceFault fault, ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken)
    {
        var good = GoodBytes(request, fault);
        if (good > 0)
        {
            await Inner.WriteAsync(request.Offset, buffer[..good], request.Durability, cancellationToken)
                .ConfigureAwait(false);
        }

        throw Failure(request, fault);
    }

    private async ValueTask FailWriteZeroesAsync(
        DeviceRequest request, DeviceFault fault, CancellationToken cancellationToken)
    {
        var good = fault.Kind == DeviceErrorKind.NotSupported
            ? 0
            : fault.FailingOffset(request, Geometry.LogicalBlockSize) - request.Offset;
        if (good > 0)
        {
            await Inner.WriteZeroesAsync(request.Offset, good, cancellationToken).ConfigureAwait(false);
        }

        throw Failure(request, fault);
    }

    private int GoodBytes(DeviceRequest request, DeviceFault fault) =>
        checked((int)(fault.FailingOffset(request, Geometry.LogicalBlockSize) - request.Offset));

    private Exception Failure(DeviceRequest request, DeviceFault fault)
    {
        if (fault.Effect != DeviceFaultEffect.Fail)
        {
            return Crash(request);
        }

        return new DeviceException(Identity.Uri, request.Operation, fault.Kind, fault.Reason)
        {
            Offset = request.Length == 0 ? null : fault.FailingOffset(request, Geometry.LogicalBlockSize),
            Errno = fault.Errno,
            IsTransient = fault.IsTransient,
        };
    }

    private DeviceCrashException Crash(DeviceRequest request) => new($"{Identity.Uri}: injected defect at {request}");
}
