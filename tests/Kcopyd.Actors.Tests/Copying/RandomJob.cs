using System.Security.Cryptography;
using Kcopyd.Actors.Copying;
using Kcopyd.Actors.TestKit.Devices;
using Kcopyd.Actors.TestKit.Simulation;
using Kcopyd.Core;
using Kcopyd.Core.Copying;
using Kcopyd.Devices;
using static Kcopyd.Actors.Tests.Copying.Devices;

namespace Kcopyd.Actors.Tests.Copying;

/// <summary>A random job on devices with random faults, and what may be said of it when it is over.</summary>
internal sealed class RandomJob
{
    private readonly List<FaultyBlockDevice> _devices = [];
    private readonly List<MemoryBlockDevice> _targets = [];
    private readonly MemoryBlockDevice? _source;
    private readonly int _validBytes;

    public RandomJob(CopySimulation simulation, Random random, int pages, double faultShare)
    {
        var kind = random.Next(10) switch
        {
            0 => CopyJobKind.Zero,
            1 when pages > 1 => CopyJobKind.Verify,
            _ => CopyJobKind.Copy,
        };
        var sectors = random.Next(8) == 0 ? random.Next(3) : random.Next(150);
        var sourceStart = random.Next(20);
        _validBytes = sectors * 512;
        if (kind != CopyJobKind.Zero)
        {
            _validBytes -= sectors > 0 && random.Next(3) == 0 ? random.Next(512) : 0;
            _source = Source((sourceStart * 512) + _validBytes);
            Punch(random);
        }

        var targets = Enumerable.Range(0, random.Next(1, 4)).Select(_ =>
            AddTarget(simulation, random, sectors, faultShare));
        Request = new CopyRequest(
            kind,
            _source is null ? null : Region(Faulty(simulation, random, _source, faultShare), sourceStart, sectors),
            [.. targets],
            RandomOptions(random, pages));
    }

    public CopyRequest Request { get; }

    public CopyJobId Id { get; set; }

    public bool IsCancelled { get; set; }

    public bool IsKilled { get; set; }

    /// <summary>Targets differ from the source before, so that a comparison fails as if they were hit.</summary>
    private bool WasHit => Request.Kind == CopyJobKind.Verify || _devices.Any(device => device.Faults > 0);

    /// <summary>Asserts everything that its completion claims.</summary>
    public void Check(CopyCompleted completed)
    {
        Assert.True(completed.Outcome != CopyOutcome.Cancelled || IsCancelled, "Nobody cancelled it.");
        Assert.True(completed.FailureCount == 0 || WasHit || IsKilled, "It reports failures where there were none.");
        Assert.True(
            completed.Outcome is CopyOutcome.Completed or CopyOutcome.Cancelled || WasHit || IsKilled,
            $"It is {completed.Outcome} without a fault.");
        Assert.Equal(completed.Outcome == CopyOutcome.Completed, completed.FailureCount == 0
            && !IsCancelledIn(completed));
        for (var i = 0; i < _targets.Count; i++)
        {
            CheckTarget(completed, i);
        }

        if (!completed.Digest.IsEmpty && Expected(completed) is { } expected)
        {
            Assert.Equal(SHA256.HashData(expected), completed.Digest);
        }

        Assert.InRange(completed.BytesRead, 0, _validBytes);
        Assert.All(completed.Targets, target => Assert.InRange(target.BytesFlushed, 0, target.BytesWritten));
        Assert.All(completed.Targets, target => Assert.InRange(target.BytesWritten, 0, _validBytes));
    }

    private static bool IsCancelledIn(CopyCompleted completed) => completed.Outcome == CopyOutcome.Cancelled;

    private static CopyOptions RandomOptions(Random random, int pages) => new()
    {
        SegmentSize = (4 * random.Next(1, Math.Min(pages, 3) + 1)).KiB,
        InFlight = random.Next(1, 9),
        IgnoreError = random.Next(3) == 0,
        WriteSequential = random.Next(3) == 0,
        OnTargetError = (OnTargetError)random.Next(2),
        OnReadError = (OnReadError)random.Next(2),
        SalvageLimit = random.Next(4) == 0 ? 1 : 1000,
        Sparse = random.Next(3) == 0,
        Flush = random.Next(3) == 0,
        Verify = pages > 1 && random.Next(4) == 0,
        Digest = random.Next(2) == 0,
    };

    private static DeviceFault RandomFault(Random random)
    {
        var operations = new[]
        {
            DeviceOperation.Read, DeviceOperation.Read, DeviceOperation.Write, DeviceOperation.Write,
            DeviceOperation.WriteZeroes, DeviceOperation.Flush, DeviceOperation.Confirm, DeviceOperation.BlockStatus,
        };
        var operation = operations[random.Next(operations.Length)];
        var isPlace = operation is DeviceOperation.Read or DeviceOperation.Write && random.Next(2) == 0;
        var fault = new DeviceFault(operation)
        {
            FromNumber = random.Next(1, 10),
            Times = random.Next(3) == 0 ? long.MaxValue : random.Next(1, 4),
            Effect = random.Next(4) == 0 ? (DeviceFaultEffect)random.Next(1, 3) : DeviceFaultEffect.Fail,
            BytesBefore = random.Next(3) == 0 ? random.Next(8192) : null,
            Kind = operation == DeviceOperation.WriteZeroes && random.Next(2) == 0
                ? DeviceErrorKind.NotSupported
                : DeviceErrorKind.Io,
        };
        return isPlace
            ? fault with { FromNumber = 1, Range = SectorRange.Create(random.Next(100), random.Next(1, 20)) }
            : fault;
    }

    private IoRegion AddTarget(CopySimulation simulation, Random random, int sectors, double faultShare)
    {
        var (before, after) = (random.Next(20), random.Next(20));
        var length = (before + sectors + after) * 512;
        var memory = random.Next(2) == 0 ? Target(length) : Disk(length);
        _targets.Add(memory);
        return Region(Faulty(simulation, random, memory, faultShare), before, sectors);
    }

    private SimulatedBlockDevice Faulty(
        CopySimulation simulation, Random random, MemoryBlockDevice memory, double faultShare)
    {
        var faults = random.NextDouble() < faultShare
            ? Enumerable.Range(0, random.Next(1, 4)).Select(_ => RandomFault(random)).ToList()
            : [];
        var faulty = new FaultyBlockDevice(memory, faults);
        _devices.Add(faulty);
        return new SimulatedBlockDevice(faulty, simulation.Loop)
        {
            MaxLatency = TimeSpan.FromMilliseconds(random.Next(3)),
        };
    }

    /// <summary>Makes some pages of the source zero.</summary>
    private void Punch(Random random)
    {
        for (var page = 0L; page + 4096 <= _source!.Geometry.LengthBytes; page += 4096)
        {
            if (random.Next(4) == 0)
            {
                _source.Write(page, new byte[4096], WriteDurability.Cached);
            }
        }
    }

    private void CheckTarget(CopyCompleted completed, int index)
    {
        var region = Request.Targets[index];
        var before = Pattern(_targets[index].Geometry.LengthBytes, TargetSeed);
        var after = Bytes(_targets[index]);
        var (start, end) = ((int)region.Range.StartBytes, (int)(region.Range.StartBytes + region.Range.CountBytes));

        Assert.True(before.AsSpan(0, start).SequenceEqual(after.AsSpan(0, start)), $"Target {index} before its range.");
        Assert.True(before.AsSpan(end).SequenceEqual(after.AsSpan(end)), $"Target {index} after its range.");
        if (Request.Kind == CopyJobKind.Verify)
        {
            Assert.True(before.AsSpan().SequenceEqual(after), $"Target {index} of a comparison was written.");
            return;
        }

        var result = completed.Targets[index];
        var isDone = completed.Outcome is CopyOutcome.Completed or CopyOutcome.CompletedWithErrors;
        if (!isDone || result.State != CopyTargetState.Good || Expected(completed) is not { } expected)
        {
            return;
        }

        // Blocks are written whole: what an odd end leaves of the last sector is zeros there.
        var written = region.Device.Geometry.LogicalBlockSize == 1 ? expected.Length : end - start;
        var content = before.AsSpan(start, end - start).ToArray();
        content.AsSpan(0, written).Clear();
        expected.CopyTo(content, 0);
        Assert.True(
            content.AsSpan().SequenceEqual(after.AsSpan(start, end - start)), $"Target {index} is not the source.");
        Assert.Equal(_validBytes, result.BytesWritten);
        Assert.Equal(Request.Options.FlushesAtEnd ? _validBytes : 0, result.BytesFlushed);
    }

    /// <summary>What was copied: the source, with zeros where it could not be read; null where that is not
    /// known.</summary>
    private byte[]? Expected(CopyCompleted completed)
    {
        if (_source is null)
        {
            return new byte[_validBytes];
        }

        var start = Request.Source!.Range.Start;
        var expected = Bytes(_source)[(int)(start * 512)..];
        var reads = completed.Details.Where(failure => failure is { Kind: CopyFailureKind.Read, Target: null });
        if (Request.Options.OnReadError == OnReadError.Fail && Request.Options.Verify && reads.Any())
        {
            // A read may have failed only when it was compared.
            return null;
        }

        var zeroed = Request.Options.OnReadError == OnReadError.Salvage
            ? completed.ZeroedRanges
            : reads.Select(failure => failure.Range);
        foreach (var range in zeroed)
        {
            var from = (int)(range.Start - start) * 512;
            expected.AsSpan(from, Math.Min((int)range.CountBytes, expected.Length - from)).Clear();
        }

        return expected;
    }
}
