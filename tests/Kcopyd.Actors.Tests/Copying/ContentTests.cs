using System.Security.Cryptography;
using Kcopyd.Actors.Copying;
using Kcopyd.Actors.TestKit.Devices;
using Kcopyd.Core;
using Kcopyd.Core.Copying;
using Kcopyd.Devices;
using static Kcopyd.Actors.Tests.Copying.Devices;

namespace Kcopyd.Actors.Tests.Copying;

/// <summary>What a copy reads, writes and computes: odd lengths, holes, zeros, digests.</summary>
public sealed class ContentTests
{
    private const int Length = 64 * 1024;

    public static TheoryData<int, int> OddLengths()
    {
        var lengths = new TheoryData<int, int>();
        foreach (var source in new[] { 1, 511, 512, 513, 1000, 4095, 4097, 12289 })
        {
            lengths.Add(source, source);
            lengths.Add(source, source + 1);
            lengths.Add(source, source + 5000);
        }

        return lengths;
    }

    [Theory]
    [MemberData(nameof(OddLengths))]
    public void Copy_of_an_odd_length_leaves_what_follows_in_a_target_of_bytes(int length, int targetLength)
    {
        using var simulation = new CopySimulation();
        foreach (var options in new[] { Pages, Pages with { Verify = true, Digest = true, Sparse = true } })
        {
            var (inline, target) = (Target(targetLength), Target(targetLength));

            var completed = simulation.Client().Run(Copy(options, Source(length), inline, simulation.On(target)));

            AssertGood(completed);
            var expected = Pattern(targetLength, TargetSeed);
            Pattern(length, SourceSeed).CopyTo(expected, 0);
            Assert.Equal(expected, Bytes(target));
            Assert.Equal(expected, Bytes(inline));
            Assert.Equal(length, completed.BytesRead);
            Assert.All(completed.Targets, result => Assert.Equal(length, result.BytesWritten));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(511)]
    [InlineData(513)]
    [InlineData(1000)]
    public void Copy_of_an_odd_length_pads_a_target_of_blocks_with_zeros(int length)
    {
        using var simulation = new CopySimulation();
        var target = Disk(4096);
        var options = Pages with { Verify = true };

        AssertGood(simulation.Client().Run(Copy(options, simulation.On(Source(length)), target)));

        var expected = Pattern(4096, TargetSeed);
        expected.AsSpan(0, (length + 511) / 512 * 512).Clear();
        Pattern(length, SourceSeed).CopyTo(expected, 0);
        Assert.Equal(expected, Bytes(target));
    }

    [Fact]
    public void Zeroing_of_an_odd_length_counts_the_bytes_that_there_are()
    {
        using var simulation = new CopySimulation();

        var completed = simulation.Client().Run(Zero(Pages with { Verify = true }, Target(5000)));

        AssertGood(completed);
        Assert.Equal(5000, completed.Targets[0].BytesWritten);
    }

    [Fact]
    public void Source_is_read_exactly_once_for_three_targets() => CopySimulation.InManyOrders(simulation =>
    {
        var source = new CountingBlockDevice(Source(Length));
        var targets = Enumerable.Range(0, 3).Select(_ => Target(Length)).ToList();

        AssertGood(simulation.Client().Run(Copy(simulation.On(source), targets.Select(simulation.On))));

        Assert.Equal((16, Length), (source[DeviceOperation.Read].Completed, source[DeviceOperation.Read].Bytes));
        Assert.All(targets, target => AssertCopied(target));
    });

    [Fact]
    public void Region_in_the_middle_is_copied_to_other_places() => CopySimulation.InManyOrders(simulation =>
    {
        var targets = new[] { Target(Length), Target(Length) };
        var source = Source(Length);

        AssertGood(simulation.Client().Run(new CopyRequest(
            CopyJobKind.Copy,
            Region(simulation.On(source), 5, 50),
            [Region(simulation.On(targets[0]), 0, 50), Region(targets[1], 77, 50)],
            Pages with { Verify = true })));

        Assert.Equal(Bytes(source)[2560..28160], Bytes(targets[0])[..25600]);
        Assert.Equal(Bytes(source)[2560..28160], Bytes(targets[1])[39424..65024]);
        Assert.Equal(Pattern(Length, TargetSeed)[..39424], Bytes(targets[1])[..39424]);
        Assert.Equal(Pattern(Length, TargetSeed)[65024..], Bytes(targets[1])[65024..]);
    });

    [Fact]
    public void Holes_of_a_sparse_copy_are_not_read_but_zeroed() => CopySimulation.InManyOrders(simulation =>
    {
        // 64 KiB chunks  0 1 2 3
        // source         d . d .
        var memory = new MemoryBlockDevice(256.KiB);
        memory.Write(0, Pattern(65536, SourceSeed), WriteDurability.Cached);
        memory.Write(131072, Pattern(65536, SourceSeed), WriteDurability.Cached);
        var (source, target) = (new CountingBlockDevice(memory), Target(262144));
        var counting = new CountingBlockDevice(target);

        var completed = simulation.Client().Run(Copy(
            Pages with { Sparse = true, Digest = true }, simulation.On(source), simulation.On(counting)));

        AssertGood(completed);
        Assert.Equal(131072, source[DeviceOperation.Read].Bytes);
        Assert.Equal((131072, 131072), (completed.BytesRead, counting[DeviceOperation.WriteZeroes].Bytes));
        Assert.Equal(Bytes(memory), Bytes(target));
        Assert.Equal(SHA256.HashData(Bytes(memory)), completed.Digest);
    });

    [Fact]
    public void Zeros_of_a_sparse_copy_that_are_no_hole_become_write_zeroes() =>
        CopySimulation.InManyOrders(simulation =>
    {
        var memory = Source(4 * 4096);
        memory.Write(4096, new byte[4096], WriteDurability.Cached);
        var target = Target(4 * 4096);
        var counting = new CountingBlockDevice(target);

        AssertGood(simulation.Client().Run(
            Copy(Pages with { Sparse = true }, simulation.On(memory), simulation.On(counting))));

        Assert.Equal(4096, counting[DeviceOperation.WriteZeroes].Bytes);
        Assert.Equal(3 * 4096, counting[DeviceOperation.Write].Bytes);
        Assert.Equal(Bytes(memory), Bytes(target));
    });

    [Fact]
    public void Sparse_copy_of_a_device_that_cannot_tell_holes_reads_it_all() =>
        CopySimulation.InManyOrders(simulation =>
    {
        var source = new CountingBlockDevice(
            new FaultyBlockDevice(Source(Length), new DeviceFault(DeviceOperation.BlockStatus).Forever()));
        var target = Target(Length);

        AssertGood(simulation.Client().Run(Copy(Pages with { Sparse = true }, simulation.On(source), target)));

        Assert.Equal(Length, source[DeviceOperation.Read].Bytes);
        AssertCopied(target);
    });

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public void Digest_is_the_sha256_of_what_was_read(bool isSequential, bool isRetried) => CopySimulation.InManyOrders(
        simulation =>
        {
            var crash = new DeviceFault(DeviceOperation.Write)
            {
                FromNumber = 3,
                Effect = DeviceFaultEffect.CrashLater,
                Times = isRetried ? 2 : 0,
            };
            var target = Target(Length - 100);
            var options = Pages with { Digest = true, WriteSequential = isSequential };

            var completed = simulation.Client().Run(Copy(
                options, simulation.On(Source(Length - 100)), simulation.On(new FaultyBlockDevice(target, crash))));

            AssertGood(completed);
            Assert.Equal(SHA256.HashData(Pattern(Length - 100, SourceSeed)), completed.Digest);
            AssertCopied(target);
        });

    [Fact]
    public void Digest_of_a_salvage_has_zeros_for_what_is_unreadable() => CopySimulation.InManyOrders(simulation =>
    {
        var bad = DeviceFault.Within(DeviceOperation.Read, SectorRange.Create(30, 3));
        var options = Pages with { Digest = true, OnReadError = OnReadError.Salvage };

        var completed = simulation.Client().Run(Copy(
            options, simulation.On(new FaultyBlockDevice(Source(Length), bad)), Target(Length)));

        var expected = Pattern(Length, SourceSeed);
        expected.AsSpan(30 * 512, 3 * 512).Clear();
        Assert.Equal(SHA256.HashData(expected), completed.Digest);
    });

    [Fact]
    public void Digest_of_an_empty_copy_is_the_sha256_of_nothing()
    {
        using var simulation = new CopySimulation();
        var request = CopyRequest.Copy(Region(Source(512), 0, 0), Region(Target(512), 0, 0));

        var completed = simulation.Client().Run(request with { Options = Pages with { Digest = true } });

        Assert.Equal(SHA256.HashData([]), completed.Digest);
    }

    [Fact]
    public void Failed_copy_has_no_digest() => CopySimulation.InManyOrders(simulation =>
    {
        var source = new FaultyBlockDevice(Source(Length), DeviceFault.At(DeviceOperation.Read, 4));

        var completed = simulation.Client().Run(
            Copy(Pages with { Digest = true }, simulation.On(source), Target(Length)));

        Assert.Empty(completed.Digest);
    });
}
