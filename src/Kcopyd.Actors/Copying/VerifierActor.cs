using System.Collections.Immutable;
using Akka.Actor;
using Kcopyd.Core;
using Kcopyd.Core.Copying;
using Kcopyd.Core.Paging;
using Kcopyd.Devices;

namespace Kcopyd.Actors.Copying;

/// <summary>Reads one segment of the source and of each target back and compares them. Its whole life is this
/// comparison.</summary>
/// <remarks>
/// It holds two buffers: the source stays in one, the targets take turns in the other. A crash loses the comparison;
/// the job hears of it and begins the segment again.
/// </remarks>
internal sealed class VerifierActor : UntypedActor
{
    private readonly SegmentComparison _comparison;
    private bool _isReported;

    public VerifierActor(SegmentComparison comparison) => _comparison = comparison;

    private Memory<byte> SourceBuffer => _comparison.Lease.Memory[.._comparison.ValidBytes];

    private Memory<byte> TargetBuffer
    {
        get
        {
            var start = PageBudget.PagesFor(_comparison.Segment.Range.CountBytes) * PageBudget.PageSize;
            return _comparison.Lease.Memory.Slice(start, (int)_comparison.Segment.Range.CountBytes);
        }
    }

    /// <inheritdoc/>
    protected override void PreStart()
    {
        if (_comparison.Lease.TryHold())
        {
            WorkPipe.Pipe(CompareAsync(), Self);
        }
        else
        {
            // The job died and its pages are gone; nobody waits for this.
            Context.Stop(Self);
        }
    }

    /// <inheritdoc/>
    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case SegmentResult result:
                _isReported = true;
                Context.Parent.Tell(new JobMessage.SegmentCompared(
                    _comparison.Segment.Index, _comparison.Segment.Attempt, result));
                Context.Stop(Self);
                break;
            case WorkCrashed crashed:
                crashed.Rethrow();
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    /// <inheritdoc/>
    protected override void PostStop()
    {
        if (!_isReported)
        {
            Context.Parent.Tell(new JobMessage.WorkerLost(
                _comparison.Segment.Index, _comparison.Segment.Attempt, null));
        }
    }

    private async Task<SegmentResult> CompareAsync()
    {
        try
        {
            var failure = await ReadSourceAsync().ConfigureAwait(false);
            if (failure is not null)
            {
                return new SegmentResult { ReadFailure = failure };
            }

            var failures = ImmutableArray.CreateBuilder<CopyFailure>();
            foreach (var target in _comparison.Segment.Targets.Indexes())
            {
                await CompareTargetAsync(target, failures).ConfigureAwait(false);
            }

            return new SegmentResult { TargetFailures = failures.DrainToImmutable() };
        }
        catch (OperationCanceledException)
        {
            var range = _comparison.Segment.Range.Shift(_comparison.Source?.Range.Start ?? 0);
            return new SegmentResult { ReadFailure = DeviceFailures.Aborted(null, range) };
        }
        finally
        {
            _comparison.Lease.Release();
        }
    }

    private async Task<CopyFailure?> ReadSourceAsync()
    {
        if (_comparison.Source is not { } source)
        {
            SourceBuffer.Span.Clear();
            return null;
        }

        var range = _comparison.Segment.Range.Shift(source.Range.Start);
        try
        {
            await source.Device.ReadAsync(range.StartBytes, SourceBuffer, _comparison.Abort).ConfigureAwait(false);
            return null;
        }
        catch (DeviceException e)
        {
            return DeviceFailures.From(e, CopyFailureKind.Read, null, range);
        }
    }

    private async Task CompareTargetAsync(int target, ImmutableArray<CopyFailure>.Builder failures)
    {
        var region = _comparison.Targets[target];
        var range = _comparison.Segment.Range.Shift(region.Range.Start);

        // The same bytes that were written are compared: at an odd end a target may have fewer or may go on.
        var bytes = SegmentGeometry.WriteBytes(region.Device, range, _comparison.ValidBytes);
        try
        {
            await region.Device.ReadAsync(range.StartBytes, TargetBuffer[..bytes], _comparison.Abort)
                .ConfigureAwait(false);
        }
        catch (DeviceException e)
        {
            failures.Add(DeviceFailures.From(e, CopyFailureKind.Read, target, range));
            return;
        }

        var common = Math.Min(bytes, _comparison.ValidBytes);
        var expected = SourceBuffer.Span[..common];
        var found = TargetBuffer.Span[..common];
        if (!expected.SequenceEqual(found))
        {
            var differing = (expected.CommonPrefixLength(found), LastDifference(expected, found));
            failures.Add(Difference(region, target, range, differing));
        }
    }

    private static CopyFailure Difference(IoRegion region, int target, SectorRange range, (int First, int Last) bytes)
    {
        var first = range.Start + (bytes.First / Sectors.Size);
        var end = range.Start + (bytes.Last / Sectors.Size) + 1;
        var reason = $"{region.Device.Identity.Uri} differs from the source, first at byte "
            + $"{range.StartBytes + bytes.First}.";
        return new CopyFailure(
            CopyFailureKind.Mismatch, target, SectorRange.Between(first, end), 0, false, reason);
    }

    private static int LastDifference(ReadOnlySpan<byte> expected, ReadOnlySpan<byte> found)
    {
        var last = expected.Length - 1;
        while (expected[last] == found[last])
        {
            last--;
        }

        return last;
    }
}
