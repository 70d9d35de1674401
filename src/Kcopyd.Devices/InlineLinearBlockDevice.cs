namespace Kcopyd.Devices;

/// <summary>A linear device all of whose parts do their I/O on the caller's thread as well.</summary>
public sealed class InlineLinearBlockDevice : LinearBlockDevice, IInlineBlockDevice
{
    internal InlineLinearBlockDevice(string uri, IReadOnlyList<IoRegion> parts, bool ownsDevices)
        : base(uri, parts, ownsDevices)
    {
        WaitsForMedium = Layout.Devices.Any(device => ((IInlineBlockDevice)device).WaitsForMedium);
    }

    /// <summary>Whether a call to any of the parts does.</summary>
    public bool WaitsForMedium { get; }

    /// <inheritdoc/>
    public void Read(long offset, Span<byte> buffer)
    {
        var request = new LinearRequest(DeviceOperation.Read, offset, buffer.Length);
        Enter(request);
        var at = offset;
        LinearPiece piece = default;
        try
        {
            var end = Math.Min(request.End, Geometry.LengthBytes);
            while (at < end)
            {
                piece = PieceAt(offset, at, end - at);
                ((IInlineBlockDevice)piece.Device).Read(piece.Offset, buffer.Slice(piece.At, (int)piece.Length));
                at += piece.Length;
            }

            buffer[(int)BlockRequest.ValidBytes(Geometry, offset, buffer.Length)..].Clear();
        }
        catch (DeviceException failure)
        {
            throw Translate(failure, request.Operation, piece.Translate(failure.Offset, at));
        }
        finally
        {
            Leave();
        }
    }

    /// <inheritdoc/>
    public void Write(long offset, ReadOnlySpan<byte> buffer, WriteDurability durability)
    {
        var request = new LinearRequest(DeviceOperation.Write, offset, buffer.Length);
        Enter(request);
        var at = offset;
        LinearPiece piece = default;
        try
        {
            var end = Math.Min(request.End, Geometry.LengthBytes);
            while (at < end)
            {
                piece = PieceAt(offset, at, end - at);
                var bytes = buffer.Slice(piece.At, (int)piece.Length);
                ((IInlineBlockDevice)piece.Device).Write(piece.Offset, bytes, durability);
                at += piece.Length;
            }
        }
        catch (DeviceException failure)
        {
            throw Translate(failure, request.Operation, piece.Translate(failure.Offset, at));
        }
        finally
        {
            Leave();
        }
    }
}
