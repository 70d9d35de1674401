using Kcopyd.Devices;
using Kcopyd.Nbd.Transport;

namespace Kcopyd.Nbd.Serving;

/// <summary>A write whose bytes go to the device while the rest of them is on its way.</summary>
/// <remarks>
/// Decided: as many bytes as have come are written at once. Because: the client fills the socket meanwhile; who waits
/// for the last bytes first is waited for by the client then, and 256 KiB are written half as often. Instead of: a
/// second thread that receives, which gained nothing. A write of a client that is lost in the middle is done in part,
/// as the protocol has it for every request that has no reply.
/// </remarks>
internal static class ArrivingWrite
{
    /// <summary>Less is not worth a call of the device; a multiple of a page; unit: bytes.</summary>
    private const int PieceBytes = 64 * 1024;

    private const int PageBytes = 4096;

    /// <summary>Receives a payload and writes it. On return all of it was received.</summary>
    /// <param name="reader">Where it comes from; the thread may wait.</param>
    /// <param name="device">Where it goes.</param>
    /// <param name="offset">Where in the device it goes; unit: bytes, of whole blocks.</param>
    /// <param name="data">Room for it; in whole blocks.</param>
    /// <returns>What the device had against it, if anything; after that nothing more was written.</returns>
    /// <exception cref="Kcopyd.Nbd.Protocol.NbdProtocolException">The peer closed its side before the end.</exception>
    /// <exception cref="IOException">The connection failed.</exception>
    public static Exception? Run(NbdReader reader, IInlineBlockDevice device, long offset, Memory<byte> data)
    {
        Exception? failure = null;
        var block = Math.Max(PageBytes, device.Geometry.LogicalBlockSize);
        for (int received = 0, written = 0; received < data.Length;)
        {
            var count = OwnThread.Wait(reader.ReadSomeAsync(data[received..], default));
            received += count > 0 ? count : throw NbdReader.Closed(received, data.Length);
            var ready = received == data.Length ? received : received / block * block;
            if (ready == data.Length || ready - written >= PieceBytes)
            {
                failure ??= Write(device, offset + written, data.Span[written..ready]);
                written = ready;
            }
        }

        return failure;
    }

    private static Exception? Write(IInlineBlockDevice device, long offset, ReadOnlySpan<byte> piece)
    {
        try
        {
            device.Write(offset, piece, WriteDurability.Cached);
            return null;
        }
#pragma warning disable CA1031 // the client is told, and the rest of its bytes has to be received
        catch (Exception failure)
#pragma warning restore CA1031
        {
            return failure;
        }
    }
}
