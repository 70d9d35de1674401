namespace Kcopyd.Devices;

/// <summary>A linear device all of whose parts do their I/O on the caller's thread as well.</summary>
public sealed class InlineLinearBlockDevice : LinearBlockDevice, IInlineBlockDevice
{
    internal InlineLinearBlockDevice(string uri, IReadOnlyList<IoRegion> parts, bool ownsDevices)
        : base(uri, parts, ownsDevices)
    {
        WaitsForMedium = Layout.Devices.Any(device => ((IInlineBlockDevice)device).WaitsForMedium);
    }

    private delegate bool PieceRead(IInlineBlockDevice device, long offset, Span<byte> buffer);

    /// <summary>Whether a call to any of the parts does.</summary>
    public bool WaitsForMedium { get; }

    /// <inheritdoc/>
    public void Read(long offset, Span<byte> buffer) => ReadPieces(offset, buffer, static (device, at, piece) =>
    {
        device.Read(at, piece);
        return true;
    });

    /// <inheritdoc/>
    public bool TryRead(long offset, Span<byte> buffer) =>
        ReadPieces(offset, buffer, static (device, at, piece) => device.TryRead(at, piece));

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

    /// <summary>Reads piece after piece, until one refuses.</summary>
    private bool ReadPieces(long offset, Span<byte> buffer, PieceRead read)
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
                var bytes = buffer.Slice(piece.At, (int)piece.Length);
                if (!read((IInlineBlockDevice)piece.Device, piece.Offset, bytes))
                {
                    return false;
                }

                at += piece.Length;
            }

            buffer[(int)BlockRequest.ValidBytes(Geometry, offset, buffer.Length)..].Clear();
            return true;
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
