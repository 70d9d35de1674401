using Akka.Actor;
using Kcopyd.Actors.Copying;
using Kcopyd.Core;
using Kcopyd.Core.Copying;
using Kcopyd.Devices;

namespace Kcopyd.Benchmarks.InProcess;

/// <summary>Counts the managed bytes that the engine allocates for a segment: messages, actors, no buffers.</summary>
/// <remarks>Stands alone, so that a test project can compile it in and assert <see cref="MostBytes"/>.</remarks>
internal static class SegmentAllocations
{
    /// <summary>Enough that what a job costs once does not show.</summary>
    public const int Segments = 1_000;

    /// <summary>Small: the devices' memory is not what is measured.</summary>
    private static readonly ByteCount SegmentSize = 64.KiB;

    /// <summary>A bound that only a change of kind exceeds: a managed buffer, twice as many actors.</summary>
    /// <param name="targets">How many each segment is written to.</param>
    public static long MostBytes(int targets) => 16 * 1024 + (targets * 8 * 1024);

    /// <summary>Copies twice, and counts the second time, when devices and pages have their memory.</summary>
    /// <param name="system">Where; nothing else may go on in the process.</param>
    /// <param name="targets">How many each segment is written to.</param>
    /// <returns>Bytes for each segment.</returns>
    public static async Task<double> MeasureAsync(ActorSystem system, int targets)
    {
        var length = new ByteCount(SegmentSize.Value * Segments);
        var devices = Enumerable.Range(0, targets + 1).Select(_ => new MemoryBlockDevice(length)).ToList();
        try
        {
            await using var client = await KcopydClient.CreateAsync(system).ConfigureAwait(false);
            var request = CopyRequest.Copy(
                IoRegion.Whole(devices[0]), [.. devices.Skip(1).Select(IoRegion.Whole)]) with
            {
                Options = CopyOptions.Default with { SegmentSize = SegmentSize },
            };
            await CopyAsync(client, request).ConfigureAwait(false);
            var before = GC.GetTotalAllocatedBytes(precise: true);
            await CopyAsync(client, request).ConfigureAwait(false);
            return (double)(GC.GetTotalAllocatedBytes(precise: true) - before) / Segments;
        }
        finally
        {
            foreach (var device in devices)
            {
                await device.DisposeAsync().ConfigureAwait(false);
            }
        }
    }

    private static async Task CopyAsync(KcopydClient client, CopyRequest request)
    {
        var completed = await client.CopyAsync(request).ConfigureAwait(false);
        if (completed.Outcome != CopyOutcome.Completed)
        {
            throw new InvalidOperationException($"The copy ended as {completed.Outcome}.");
        }
    }
}
