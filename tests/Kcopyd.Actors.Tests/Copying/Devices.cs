using Kcopyd.Actors.Copying;
using Kcopyd.Actors.TestKit.Devices;
using Kcopyd.Core;
using Kcopyd.Core.Copying;
using Kcopyd.Devices;

namespace Kcopyd.Actors.Tests.Copying;

/// <summary>Devices in memory, what is on them, and requests between them.</summary>
internal static class Devices
{
    /// <summary>The content of every source.</summary>
    public const int SourceSeed = 1;

    /// <summary>What targets hold before.</summary>
    public const int TargetSeed = 2;

    /// <summary>A small segment: one page.</summary>
    public static readonly CopyOptions Pages = new() { SegmentSize = 4.KiB };

    public static MemoryBlockDevice Source(long length) => Filled(length, SourceSeed);

    public static MemoryBlockDevice Target(long length) => Filled(length, TargetSeed);

    public static MemoryBlockDevice Filled(long length, int seed)
    {
        var device = new MemoryBlockDevice(new ByteCount(length));
        device.Write(0, TestPatterns.Create(0, (int)length, seed), WriteDurability.Cached);
        return device;
    }

    /// <summary>A device with blocks of a sector, as a disk has them.</summary>
    public static MemoryBlockDevice Disk(long length)
    {
        var device = new MemoryBlockDevice(new ByteCount(length), Sectors.Size);
        device.Write(0, TestPatterns.Create(0, (int)length, TargetSeed), WriteDurability.Cached);
        return device;
    }

    public static byte[] Bytes(MemoryBlockDevice device)
    {
        var bytes = new byte[device.Geometry.LengthBytes];
        device.Read(0, bytes);
        return bytes;
    }

    public static byte[] Pattern(long length, int seed) => TestPatterns.Create(0, (int)length, seed);

    public static IoRegion Region(IBlockDevice device, long start, long count) =>
        new(device, SectorRange.Create(start, count));

    /// <summary>A copy of all of a device, in segments of a page.</summary>
    public static CopyRequest Copy(IBlockDevice source, params IEnumerable<IBlockDevice> targets) =>
        Copy(Pages, source, targets);

    /// <summary>A copy of all of a device to the beginning of others.</summary>
    public static CopyRequest Copy(CopyOptions options, IBlockDevice source, params IEnumerable<IBlockDevice> targets)
    {
        var from = IoRegion.Whole(source);
        return new CopyRequest(
            CopyJobKind.Copy, from, [.. targets.Select(target => Region(target, 0, from.Range.Count))], options);
    }

    public static CopyRequest Zero(CopyOptions options, params IEnumerable<IBlockDevice> targets) =>
        new(CopyJobKind.Zero, null, [.. targets.Select(IoRegion.Whole)], options);

    public static CopyRequest Verify(IBlockDevice source, params IEnumerable<IBlockDevice> targets) =>
        Copy(source, targets) with { Kind = CopyJobKind.Verify };

    /// <summary>Asserts that a target holds the source's content.</summary>
    public static void AssertCopied(MemoryBlockDevice target, int seed = SourceSeed) =>
        Assert.Null(TestPatterns.FirstDifference(Bytes(target), 0, seed));

    /// <summary>Asserts what a range of pages of a target holds.</summary>
    public static void AssertPages(MemoryBlockDevice target, Range pages, int seed)
    {
        var (start, length) = pages.GetOffsetAndLength((int)(target.Geometry.LengthBytes / 4096));
        var bytes = Bytes(target).AsSpan(start * 4096, length * 4096);
        Assert.Null(TestPatterns.FirstDifference(bytes, start * 4096L, seed));
    }

    public static void AssertGood(CopyCompleted completed)
    {
        Assert.Equal(
            (CopyOutcome.Completed, false, 0UL, 0L),
            (completed.Outcome, completed.ReadError, completed.WriteErrors, completed.FailureCount));
        Assert.All(completed.Targets, target => Assert.Equal(CopyTargetState.Good, target.State));
    }
}
