using FsCheck;
using FsCheck.Fluent;
using Kcopyd.Core;
using Kcopyd.Devices;
using Kcopyd.Nbd.Serving;

namespace Kcopyd.Nbd.Tests.Serving;

public sealed class ExportEpochsTests
{
    private readonly EndingBlockDevice _device = new(new MemoryBlockDevice(1.MiB));
    private readonly ExportEpochs _epochs;

    public ExportEpochsTests() => _epochs = new ExportEpochs(_device);

    [Fact]
    public async Task First_connection_relies_on_the_epoch_that_is()
    {
        _device.EndEpoch();
        _epochs.Add("a");

        await _epochs.FlushAsync("a", tells: true);
    }

    [Fact]
    public async Task Connection_that_begins_beside_others_relies_on_the_oldest_epoch_of_theirs()
    {
        // a     ---x------
        // b        .  ----   its client may have written on a before the epoch ended
        _epochs.Add("a");
        _device.EndEpoch();
        _epochs.Add("b");

        await Assert.ThrowsAsync<DeviceException>(async () => await _epochs.FlushAsync("b", tells: true));
        await _epochs.FlushAsync("b", tells: true);
    }

    [Fact]
    public async Task Connection_after_the_last_one_relies_on_nothing_old()
    {
        _epochs.Add("a");
        _device.EndEpoch();
        _epochs.Remove("a");
        _epochs.Add("b");

        await _epochs.FlushAsync("b", tells: true);
    }

    [Fact]
    public async Task Loss_that_a_smaller_request_met_is_told_by_the_next_flush_all_the_same()
    {
        _epochs.Add("a");
        _device.EndEpoch();

        await Assert.ThrowsAsync<DeviceException>(async () => await _epochs.FlushAsync("a", tells: false));
        await Assert.ThrowsAsync<DeviceException>(async () => await _epochs.FlushAsync("a", tells: true));
        await _epochs.FlushAsync("a", tells: true);
    }

    [Fact]
    public void Each_loss_is_told_once_to_each_connection()
    {
        var step = from what in Gen.Choose(0, 5)
                   from who in Gen.Choose(0, 3)
                   select (what, who);
        Prop.ForAll(Gen.ListOf(step, 80).ToArbitrary(), steps =>
        {
            var device = new EndingBlockDevice(new MemoryBlockDevice(1.MiB));
            var epochs = new ExportEpochs(device);
            var model = new Dictionary<int, long>();
            foreach (var (what, who) in steps)
            {
                Step(device, epochs, model, (what, who));
            }
        }).QuickCheckThrowOnFailure();
    }

    private static void Step(
        EndingBlockDevice device, ExportEpochs epochs, Dictionary<int, long> model, (int What, int Who) step)
    {
        switch (step.What)
        {
            case 0:
                device.EndEpoch();
                break;
            case 1 when model.Remove(step.Who):
                epochs.Remove(step.Who);
                break;
            case > 1 when !model.ContainsKey(step.Who):
                model[step.Who] = model.Count > 0 ? model.Values.Min() : device.WriteEpoch;
                epochs.Add(step.Who);
                break;
            case > 1:
                var flush = epochs.FlushAsync(step.Who, tells: true).AsTask();
                Assert.True(flush.IsCompleted);

                // Looked at, it is no exception that nobody observes, which the fuzz of the server listens for.
                Assert.Equal(model[step.Who] != device.WriteEpoch, flush.Exception is not null);
                model[step.Who] = device.WriteEpoch;
                break;
            default:
                break;
        }
    }
}
