using Kcopyd.Core;
using Kcopyd.Devices;

namespace Kcopyd.Actors.TestKit.Devices;

/// <summary>A request that waits at a gate until the test decides. Safe for calls from any thread; the first decision
/// counts.</summary>
public sealed class GatedOperation
{
    private readonly TaskCompletionSource _gate;
    private readonly GatedBlockDevice _device;

    internal GatedOperation(GatedBlockDevice device, DeviceRequest request, long number)
    {
        _device = device;
        _gate = new TaskCompletionSource(device.ContinuesInline
            ? TaskCreationOptions.None
            : TaskCreationOptions.RunContinuationsAsynchronously);
        Request = request;
        Number = number;
    }

    /// <summary>What was asked.</summary>
    public DeviceRequest Request { get; }

    /// <summary>The kind of request.</summary>
    public DeviceOperation Kind => Request.Operation;

    /// <summary>The sectors that it touches.</summary>
    public SectorRange Range => Request.Range;

    /// <summary>Its number in order of arrival at this device's gates, from 1.</summary>
    public long Number { get; }

    /// <summary>Whether it still waits.</summary>
    public bool IsWaiting => !_gate.Task.IsCompleted;

    internal Task Gate => _gate.Task;

    /// <summary>Lets it go on to the device inside. False: it was decided already.</summary>
    public bool Release()
    {
        _device.Forget(this);
        return _gate.TrySetResult();
    }

    /// <summary>Makes it fail without reaching the device inside. False: it was decided already.</summary>
    /// <param name="exception">What its caller gets.</param>
    public bool Fail(Exception exception)
    {
        _device.Forget(this);
        return _gate.TrySetException(exception);
    }

    /// <summary>As <c>#3 Write 8+16</c>.</summary>
    public override string ToString() => $"#{Number} {Request}";

    internal void Cancel(CancellationToken cancellationToken)
    {
        _device.Forget(this);
        _gate.TrySetCanceled(cancellationToken);
    }
}
