using System.Buffers.Binary;
using Kcopyd.Actors.TestKit.Devices;
using Kcopyd.Devices;

namespace Kcopyd.Actors.TestKit.Tests.Crashes;

/// <summary>A log on a device, as small as one can be: the first sector says how many records there are, and they
/// follow. A record is acknowledged when the mark that counts it is flushed.</summary>
internal sealed class LogClient(IBlockDevice device, LogOrder order)
{
    public const int Records = 6;
    public const int RecordBytes = 3 * 512;
    public const int LengthBytes = 512 + (Records * RecordBytes);

    /// <summary>How many records are promised.</summary>
    public int Acknowledged { get; private set; }

    public bool IsDone { get; private set; }

    /// <summary>What a device holds: the count that it says, whether that many records are whole.</summary>
    public static (int Count, int? Damaged) Recover(Action<long, byte[]> read)
    {
        var mark = new byte[512];
        read(0, mark);
        var count = BinaryPrimitives.ReadInt32LittleEndian(mark);
        for (var record = 0; record < count; record++)
        {
            var bytes = new byte[RecordBytes];
            read(Position(record), bytes);
            if (TestPatterns.FirstDifference(bytes, 0, record + 1) is not null)
            {
                return (count, record);
            }
        }

        return (count, null);
    }

    public async Task RunAsync(int count)
    {
        try
        {
            for (var record = count; record < Records; record++)
            {
                await AppendAsync(record);
                Acknowledged = record + 1;
            }

            IsDone = true;
        }
        catch (DeviceException)
        {
            // The power went.
        }
    }

    private static long Position(int record) => 512 + (record * RecordBytes);

    private async Task AppendAsync(int record)
    {
        var epoch = device.WriteEpoch;
        var bytes = TestPatterns.Create(0, RecordBytes, record + 1);
        var write = device.WriteAsync(Position(record), bytes, WriteDurability.Cached, default).AsTask();
        if (order != LogOrder.FlushWithoutWaiting)
        {
            await write;
        }

        if (order != LogOrder.MarkBeforeFlush)
        {
            await device.FlushAsync(epoch, default);
        }

        await write;
        var mark = new byte[512];
        BinaryPrimitives.WriteInt32LittleEndian(mark, record + 1);
        await device.WriteAsync(0, mark, WriteDurability.Cached, default);
        await device.FlushAsync(epoch, default);
    }
}
