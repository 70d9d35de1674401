namespace Kcopyd.Devices;

/// <summary>What of a file is data and what is a hole.</summary>
/// <param name="uri">What messages call it.</param>
/// <param name="calls">The open file.</param>
/// <param name="fileEnd">Its length, in bytes.</param>
internal sealed class FileExtents(string uri, FileCalls calls, long fileEnd)
{
    /// <summary>Extents in one answer: 24 KiB; a caller asks again from where the answer ends.</summary>
    private const int MaxExtents = 1024;

    /// <summary>The extents of a range, or of its beginning. What pads the last sector counts as zeros.</summary>
    /// <exception cref="DeviceException">The file cannot be asked, or was made shorter.</exception>
    internal List<BlockExtent> Of(long offset, long length)
    {
        List<BlockExtent> extents = [];
        var end = offset + length;
        var stop = Math.Min(end, fileEnd);
        var at = offset;
        while (at < stop && extents.Count < MaxExtents)
        {
            var extent = ExtentAt(at, stop);
            extents.Add(extent);
            at += extent.Length;
        }

        if (at >= stop && at < end)
        {
            // What pads the last sector is stored nowhere.
            extents.Add(new BlockExtent(at, end - at, BlockStatus.Zero));
        }

        return extents;
    }

    private BlockExtent ExtentAt(long at, long stop)
    {
        var errno = calls.FindData(at, out var data);
        if (errno == SystemErrors.NoSuchDeviceOrAddress)
        {
            CheckEnd(at, stop);
            return new BlockExtent(at, stop - at, BlockStatus.Hole);
        }

        if (SystemErrors.MeansUnsupported(errno))
        {
            return new BlockExtent(at, stop - at, BlockStatus.Data);
        }

        ThrowOn(errno, at);
        if (data > at)
        {
            return new BlockExtent(at, Math.Min(data, stop) - at, BlockStatus.Hole);
        }

        errno = calls.FindHole(at, out var hole);
        if (errno == SystemErrors.NoSuchDeviceOrAddress)
        {
            CheckEnd(at, stop);
        }

        ThrowOn(errno, at);

        // A hole that begins where the data did came between the two questions.
        return new BlockExtent(at, (hole > at ? Math.Min(hole, stop) : stop) - at, BlockStatus.Data);
    }

    /// <summary>Refuses a file whose end came before a position: what is missing there is no hole.</summary>
    private void CheckEnd(long at, long stop)
    {
        ThrowOn(calls.FindEnd(out var end), at);
        if (end < stop)
        {
            throw SystemErrors.MadeShorter(uri, DeviceOperation.BlockStatus, Math.Max(at, end), fileEnd);
        }
    }

    private void ThrowOn(int errno, long offset)
    {
        if (errno != 0)
        {
            throw SystemErrors.Failure(uri, DeviceOperation.BlockStatus, errno, offset);
        }
    }
}
