using System.Collections.Immutable;

namespace Kcopyd.Devices;

/// <summary>What tells a device from another of the same name.</summary>
/// <param name="Uri">The URI that it was opened by.</param>
/// <param name="LengthBytes">Its size when it was opened.</param>
/// <param name="Marks"> What the system knows it by: <c>filesystem</c>, <c>inode</c>, <c>birth</c> of a file;
/// <c>wwn</c>, <c>serial</c>, <c>partition</c> of a disk; <c>backing</c> of a loop device; <c>sequence</c> of a disk,
/// <c>BOOT:NUMBER</c>, within one boot.
/// </param>
/// <remarks>
/// Length and marks are compared apart: a file that grew is the same file, and who resumes a copy decides what another
/// length means. A loop device whose backing file is known has no <c>sequence</c>: attaching the same file again is
/// the same device.
/// </remarks>
public sealed record BlockDeviceIdentity(
    string Uri, long LengthBytes, ImmutableSortedDictionary<string, string> Marks)
{
    private const string Sequence = "sequence";

    /// <summary>When the content of a regular file last changed, <c>SECONDS.NANOSECONDS</c>, as found when it was
    /// opened; null for everything else.</summary>
    /// <remarks>Compared by <see cref="ContentDifferenceFrom"/> alone: a file that was written to is the same
    /// file.</remarks>
    public string? Modified { get; init; }

    /// <summary>What tells this device from the one recorded, as the end of a sentence: "its inode is 12, not 11";
    /// null when nothing does.</summary>
    /// <remarks>
    /// Every recorded mark must be there and be the same, except that a sequence number counts only where both are of
    /// one boot. Marks that were not recorded do not count: a later system may know more.
    /// </remarks>
    /// <param name="recorded">An identity from before, perhaps of another run or another boot.</param>
    public string? DifferenceFrom(BlockDeviceIdentity recorded)
    {
        ArgumentNullException.ThrowIfNull(recorded);
        foreach (var (key, was) in recorded.Marks)
        {
            var now = Marks.GetValueOrDefault(key);
            if (now == was || (IsSequence(key) && IsOfAnotherBoot(now, was)))
            {
                continue;
            }

            return now is null ? $"its {key} was {was}, and it has none now" : $"its {key} is {now}, not {was}";
        }

        return null;
    }

    /// <summary>How its length differs from the one recorded, as the end of a sentence; null when it does
    /// not.</summary>
    /// <param name="recorded">An identity from before.</param>
    public string? LengthDifferenceFrom(BlockDeviceIdentity recorded)
    {
        ArgumentNullException.ThrowIfNull(recorded);
        return LengthBytes == recorded.LengthBytes
            ? null
            : $"it is {LengthBytes} bytes long, not {recorded.LengthBytes}";
    }

    /// <summary>How its content is known to have changed since, as the end of a sentence; null when nothing tells of a
    /// change.</summary>
    /// <param name="recorded">An identity from before.</param>
    public string? ContentDifferenceFrom(BlockDeviceIdentity recorded)
    {
        ArgumentNullException.ThrowIfNull(recorded);
        return recorded.Modified is { } was && Modified != was ? "it was changed since" : null;
    }

    /// <summary>Same URI, length and marks.</summary>
    public bool Equals(BlockDeviceIdentity? other) =>
        other is not null && Uri == other.Uri && LengthBytes == other.LengthBytes && Marks.SequenceEqual(other.Marks);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Uri, LengthBytes, Marks.Count);

    /// <summary>Also that of a part of the device.</summary>
    private static bool IsSequence(string key) =>
        key == Sequence || key.EndsWith($".{Sequence}", StringComparison.Ordinal);

    private static bool IsOfAnotherBoot(string? now, string was) => now is null || BootOf(now) != BootOf(was);

    private static string BootOf(string sequence) =>
        sequence[..Math.Max(0, sequence.IndexOf(':', StringComparison.Ordinal))];
}
