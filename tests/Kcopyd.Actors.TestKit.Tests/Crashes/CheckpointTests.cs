using Akka.Actor;
using Kcopyd.Actors.TestKit.Crashes;
using Kcopyd.Core;
using Kcopyd.Devices;

namespace Kcopyd.Actors.TestKit.Tests.Crashes;

/// <summary>Disks, journal and actors together: what a checkpoint claims is there, in spite of any two cuts.</summary>
public sealed class CheckpointTests : IDisposable
{
    private const int Pieces = 5;

    private readonly CrashRig _rig = CrashRig.Create();
    private readonly CrashingDisk _source;
    private readonly CrashingDisk[] _targets;

    public CheckpointTests()
    {
        var length = new ByteCount(Pieces * CheckpointActor.PieceBytes);
        _source = _rig.AddDisk("source", length, pattern: 4);
        _targets = [_rig.AddDisk("first", length), _rig.AddDisk("second", length)];
    }

    public void Dispose() => _rig.Dispose();

    [Fact]
    public void Copy_that_flushes_before_it_persists_survives_any_two_cuts()
    {
        var cuts = 0;
        for (var seed = 0; seed < 1500; seed++)
        {
            CopyWithCuts(seed, flushesFirst: true);
            cuts += _rig.Power.Cuts;
        }

        Assert.InRange(cuts, 3000, 4500);
    }

    [Fact]
    public void Copy_that_persists_without_a_flush_is_caught_within_a_hundred_seeds()
    {
        var failure = Assert.Throws<CrashRigException>(() =>
        {
            for (var seed = 0; seed < 100; seed++)
            {
                CopyWithCuts(seed, flushesFirst: false);
            }
        });

        Assert.Contains("To repeat: Reset(", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Latency_changes_nothing()
    {
        _rig.MaxLatency = TimeSpan.FromMilliseconds(5);
        for (var seed = 0; seed < 200; seed++)
        {
            CopyWithCuts(seed, flushesFirst: true);
        }
    }

    private void CopyWithCuts(int seed, bool flushesFirst)
    {
        _rig.Reset(seed);
        for (var life = 0; life < 2; life++)
        {
            _rig.CutAfterSteps(_rig.Loop.Choose(100));
            if (_rig.Run(Start(flushesFirst)))
            {
                break;
            }

            _rig.Reopen();
        }

        // One more: a copy that is done, and was not durable, is found out.
        _rig.Cut();
        _rig.Reopen();
        _rig.Demand(_rig.Run(Start(flushesFirst)), "There was no cut to come.");
        foreach (var target in _targets)
        {
            _rig.Demand(target.FirstDifference(_source) is null, $"{target.Name} differs");
        }
    }

    private Task Start(bool flushesFirst)
    {
        var done = new TaskCompletionSource();
        var source = _source.Open(BlockDeviceAccess.Read);
        IReadOnlyList<IBlockDevice> targets = [.. _targets.Select(target => target.Open())];
        _rig.System.ActorOf(Props.Create(() => new CheckpointActor(source, targets, done, flushesFirst)), "copy");
        return done.Task;
    }
}
