using Kcopyd.Devices;

namespace Kcopyd.Actors.Snapshots;

/// <summary>The view of a snapshot both of whose devices do their I/O on the caller's thread as well.</summary>
internal sealed class InlineSnapshotView : SnapshotView, IInlineBlockDevice
{
    public InlineSnapshotView(string name, IBlockDevice origin, IBlockDevice cow, LoadedStore loaded)
        : base(name, origin, cow, loaded)
    {
        WaitsForMedium = ((IInlineBlockDevice)origin).WaitsForMedium || ((IInlineBlockDevice)cow).WaitsForMedium;
    }

    /// <summary>Whether a call to either device does.</summary>
    public bool WaitsForMedium { get; }

    /// <inheritdoc/>
    public void Read(long offset, Span<byte> buffer)
    {
        Gate.Enter(Name, DeviceOperation.Read);
        var done = 0;
        (IBlockDevice Device, long At, long Length) piece = default;
        try
        {
            BlockRequest.Check(Name, DeviceOperation.Read, Geometry, offset, buffer.Length);
            while (done < buffer.Length)
            {
                piece = PieceAt(offset + done, buffer.Length - done);
                ((IInlineBlockDevice)piece.Device).Read(piece.At, buffer.Slice(done, (int)piece.Length));
                done += (int)piece.Length;
            }
        }
        catch (DeviceException failure) when (failure.Device != Name)
        {
            throw Translate(failure, DeviceOperation.Read, offset + done + Within(failure, piece.At));
        }
        finally
        {
            Gate.Exit();
        }
    }

    /// <summary>Refused: it is for reading only.</summary>
    public void Write(long offset, ReadOnlySpan<byte> buffer, WriteDurability durability) =>
        BlockRequest.CheckWrite(Name, DeviceOperation.Write, Geometry, offset, buffer.Length);
}
