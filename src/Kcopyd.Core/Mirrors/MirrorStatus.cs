using System.Collections.Immutable;

namespace Kcopyd.Core.Mirrors;

/// <summary>What a mirror says of itself; the text is dm-mirror's status line to the byte.</summary>
/// <param name="Legs">The legs in the order of the table.</param>
/// <param name="InSync">Regions that are equal on all legs.</param>
/// <param name="Total">All regions.</param>
/// <param name="Log">The log.</param>
public sealed record MirrorStatus(
    ImmutableArray<MirrorLegStatus> Legs, long InSync, long Total, MirrorLogStatus Log)
{
    /// <summary>As <c>#LEGS NAME… INSYNC/TOTAL 1 LETTERS LOG</c>.</summary>
    public override string ToString()
    {
        var names = string.Concat(Legs.Select(leg => $"{leg.Name} "));
        var letters = string.Concat(Legs.Select(leg => leg.Health.Letter));
        return $"{Legs.Length} {names}{InSync}/{Total} 1 {letters} {Log}";
    }

    /// <summary>The whole line, with where the mirror is in its table: <c>START LENGTH mirror …</c>.</summary>
    public string ToStatusLine(MirrorTable table) =>
        $"{table.Start} {table.Length} {MirrorTableWords.Target} {this}";

    /// <summary>Statuses are equal when their parts are, leg by leg.</summary>
    public bool Equals(MirrorStatus? other) =>
        other is not null
        && (InSync, Total, Log) == (other.InSync, other.Total, other.Log)
        && Legs.AsSpan().SequenceEqual(other.Legs.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(InSync, Total, Log, Legs.Length);
}
