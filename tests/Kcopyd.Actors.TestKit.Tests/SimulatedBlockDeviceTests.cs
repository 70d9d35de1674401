using Kcopyd.Actors.TestKit.Devices;
using Kcopyd.Actors.TestKit.Simulation;
using Kcopyd.Devices;

namespace Kcopyd.Actors.TestKit.Tests;

public sealed class SimulatedBlockDeviceTests
{
    private readonly SimulationLoop _loop = new(3);
    private readonly DeviceLog _log = new();

    [Fact]
    public void Requests_are_done_and_answered_in_any_order()
    {
        var done = new HashSet<string>();
        var answered = new HashSet<string>();
        for (var seed = 0; seed < 60; seed++)
        {
            _loop.Reseed(seed);
            _log.Clear();
            var device = Device();
            var answers = new List<long>();
            var tasks = Enumerable.Range(0, 3).Select(index => WriteAsync(index * 512)).ToList();
            _loop.Run(Task.WhenAll(tasks));
            var begun = _log.Find(DeviceLogPhase.Begun, DeviceOperation.Write);
            done.Add(string.Join(',', begun.Select(entry => entry.Request.Offset)));
            answered.Add(string.Join(',', answers));

            async Task WriteAsync(long offset)
            {
                await device.WriteAsync(offset, new byte[512], WriteDurability.Cached, default);
                answers.Add(offset);
            }
        }

        Assert.Equal(6, done.Count);
        Assert.Equal(6, answered.Count);
    }

    [Fact]
    public void Request_cancelled_before_it_is_picked_does_nothing_and_completes_later()
    {
        using var cancellation = new CancellationTokenSource();
        var write = Device().WriteAsync(0, new byte[512], WriteDurability.Cached, cancellation.Token).AsTask();

        cancellation.Cancel();
        Assert.False(write.IsCompleted);
        _loop.Run(write);

        Assert.True(write.IsCanceled);
        Assert.Empty(_log.Entries);
    }

    [Fact]
    public void Failure_comes_with_the_answer()
    {
        var faulty = new FaultyBlockDevice(new ArrayBlockDevice(8192), DeviceFault.At(DeviceOperation.Flush, 1));
        var flush = new SimulatedBlockDevice(faulty, _loop).FlushAsync(0, default).AsTask();

        _loop.Run(flush);

        Assert.IsType<DeviceException>(flush.Exception?.InnerException);
        Assert.Equal(2, _loop.Steps);
    }

    [Fact]
    public void Latency_is_virtual_and_within_its_bounds()
    {
        var device = new SimulatedBlockDevice(new ArrayBlockDevice(8192), _loop)
        {
            MinLatency = TimeSpan.FromMilliseconds(2),
            MaxLatency = TimeSpan.FromMilliseconds(8),
        };

        for (var i = 0; i < 20; i++)
        {
            var before = _loop.Now;
            _loop.Run(device.ReadAsync(0, new byte[512], default).AsTask());
            Assert.InRange((_loop.Now - before).TotalMilliseconds, 2, 8);
        }
    }

    private SimulatedBlockDevice Device() =>
        new(new RecordingBlockDevice(new ArrayBlockDevice(8192), _log, "target"), _loop);
}
