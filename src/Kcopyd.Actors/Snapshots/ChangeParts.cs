namespace Kcopyd.Actors.Snapshots;

/// <summary>Divides changes, so that none needs more exceptions than there may be under way.</summary>
internal static class ChangeParts
{
    /// <summary>The parts of a change, none across a multiple of a size.</summary>
    /// <param name="change">Nothing, for an empty one.</param>
    /// <param name="partBytes">Unit: bytes.</param>
    public static IEnumerable<ByteChange> Of(ByteChange change, long partBytes)
    {
        var end = change.Offset + change.Length;
        for (var start = change.Offset; start < end;)
        {
            var length = Math.Min(partBytes - (start % partBytes), end - start);
            yield return change.Part(start, length);
            start += length;
        }
    }
}
