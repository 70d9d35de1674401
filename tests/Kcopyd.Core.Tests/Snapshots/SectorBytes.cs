using Kcopyd.Core.Snapshots;

namespace Kcopyd.Core.Tests.Snapshots;

/// <summary>What the numbers in sectors stand for where bytes matter.</summary>
internal sealed class SectorBytes
{
    private readonly List<byte[]> _kept = [];

    public long Keep(ReadOnlySpan<byte> bytes)
    {
        if (!bytes.ContainsAnyExcept((byte)0))
        {
            return 0;
        }

        _kept.Add(bytes.ToArray());
        return -_kept.Count;
    }

    /// <remarks>What is no store's looks like exceptions all the same.</remarks>
    public void Fill(long content, Span<byte> bytes)
    {
        bytes.Clear();
        if (content < 0)
        {
            _kept[(int)(-content - 1)].CopyTo(bytes);
        }

        for (var index = 0; index < Sectors.Size / CowEntry.Size && content > 0; index++)
        {
            new CowEntry((content + index) % 8, CowLayout.FirstData + ((content + index) % 16)).Write(bytes, index);
        }
    }
}
