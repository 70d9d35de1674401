using Kcopyd.Core;
using Kcopyd.Devices;

namespace Kcopyd.Actors.Tests.Snapshots;

/// <summary>A program that reads everything, and writes and discards sectors of its own, one request after the
/// other.</summary>
internal sealed class ModelWriter(ModelRun run, int index, int seed)
{
    private const int MostRead = 100;

    private readonly Random _random = new((seed * 1009) + index);
    private long _order = 1;

    /// <summary>What it changed of the origin.</summary>
    public ModelHistory History { get; } = new();

    public int Index => index;

    /// <summary>Until all is done.</summary>
    public async Task RunAsync()
    {
        while (run.IsGoingOn)
        {
            var model = run.Pick(_random);
            if (!model.TryEnter())
            {
                await run.Origin.Opened.ConfigureAwait(false);
                await Task.Yield();
                continue;
            }

            try
            {
                await DoAsync(model, run.DeviceOf(model, _random)).ConfigureAwait(false);
                run.NoteStep();
            }
            catch (Exception e) when (e is DeviceException or InvalidDataException)
            {
                run.Fail();
                throw new InvalidOperationException($"Writer {index}, device {model.Number}: {e}", e);
            }
            finally
            {
                model.Exit();
            }
        }
    }

    private Task DoAsync(ModelDevice model, IBlockDevice device) => _random.Next(16) switch
    {
        < 7 => ReadAsync(model, device),
        < 12 => ChangeAsync(model, WriteOf(device, givesUp: false), isZeros: false),
        < 13 => ChangeAsync(model, WriteOf(device, givesUp: true), isZeros: false),
        < 14 => ChangeAsync(
            model, (range, _) => device.WriteZeroesAsync(range.Start, range.Length, default).AsTask(), isZeros: true),
        < 15 when device.Geometry.Can(BlockDeviceAbilities.Discard) => DiscardAsync(model, device),
        _ => device.FlushAsync(device.WriteEpoch, default).AsTask(),
    };

    private async Task ReadAsync(ModelDevice model, IBlockDevice device)
    {
        var isAll = _random.Next(100) == 0;
        var first = isAll ? 0 : _random.Next(run.SectorCount);
        var count = isAll ? run.SectorCount : Math.Min(1 + _random.Next(MostRead), run.SectorCount - first);
        await ReadAsync(model, device, first, count).ConfigureAwait(false);
    }

    private static async Task<byte[]> ReadAsync(ModelDevice model, IBlockDevice device, int first, int count)
    {
        var floor = model.Begin(first, count);
        var bytes = new byte[Sectors.ToBytes(count)];
        await device.ReadAsync(Sectors.ToBytes(first), bytes, default).ConfigureAwait(false);
        model.Check(first, floor, bytes);
        return bytes;
    }

    /// <summary>A request that was given up either was done, or changed nothing.</summary>
    private Func<(long Start, long Length), ReadOnlyMemory<byte>, Task> WriteOf(IBlockDevice device, bool givesUp) =>
        async (range, bytes) =>
        {
            var turns = _random.Next(20);
            using var stop = new CancellationTokenSource();
            var write = device.WriteAsync(range.Start, bytes, (WriteDurability)_random.Next(2), stop.Token).AsTask();
            for (; givesUp && turns > 0; turns--)
            {
                await Task.Yield();
            }

            if (givesUp)
            {
                await stop.CancelAsync().ConfigureAwait(false);
            }

            await write.ConfigureAwait(false);
        };

    private async Task ChangeAsync(
        ModelDevice model, Func<(long Start, long Length), ReadOnlyMemory<byte>, Task> change, bool isZeros)
    {
        var (first, count) = run.RangeOf(index, _random);
        var version = ModelVersion.Of(++_order, model.Number, isZeros);
        var bytes = new byte[Sectors.ToBytes(count)];
        for (var i = 0; i < count; i++)
        {
            ModelVersion.Fill(bytes.AsSpan(i * Sectors.Size, Sectors.Size), first + i, version);
        }

        var zeros = Ask(model, first, count, version);
        var isDone = true;
        try
        {
            await change((Sectors.ToBytes(first), bytes.Length), bytes).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            isDone = false;
        }

        Answer(model, (first, count), isDone ? version : null, zeros);
        Note(model, isDone);
    }

    private async Task DiscardAsync(ModelDevice model, IBlockDevice device)
    {
        var areZeros = model.DiscardsAreZeros;
        var (first, count) = run.RangeOf(index, _random);
        var version = ModelVersion.Of(++_order, model.Number, isZeros: true);
        var zeros = Ask(model, first, count, version);
        await device.DiscardAsync(Sectors.ToBytes(first), Sectors.ToBytes(count), default).ConfigureAwait(false);
        var bytes = await ReadAsync(model, device, first, count).ConfigureAwait(false);
        for (var i = 0; i < count; i++)
        {
            var isZeros = bytes.AsSpan(i * Sectors.Size, Sectors.Size).IndexOfAnyExcept((byte)0) < 0;
            var isDone = areZeros ?? isZeros;
            Answer(model, (first + i, 1), isDone ? version : null, [zeros[i]]);
        }

        // A discard that may have been done or not is never under way when a snapshot begins.
        Note(model, areZeros ?? true);
    }

    private long[] Ask(ModelDevice model, int first, int count, long version)
    {
        if (model == run.Origin)
        {
            History.Ask(first, count, version);
        }

        return model.Ask(first, count, version);
    }

    /// <param name="model">What was changed.</param>
    /// <param name="range">Where.</param>
    /// <param name="version">To what; null: it was not.</param>
    /// <param name="zeros">What the model said of zeros before.</param>
    private static void Answer(ModelDevice model, (int First, int Count) range, long? version, long[] zeros)
    {
        if (version is { } done)
        {
            model.Answer(range.First, range.Count, done);
        }
        else
        {
            model.Withdraw(range.First, zeros);
        }
    }

    private void Note(ModelDevice model, bool isDone)
    {
        if (model == run.Origin)
        {
            History.Answer(isDone);
        }
    }
}
