using Kcopyd.Core;

namespace Kcopyd.Cli.Planning;

/// <summary>What happens to one target.</summary>
/// <param name="Uri">Its name as the user gave it.</param>
/// <param name="Range">The sectors written, or compared.</param>
/// <param name="Preparation">What is done before.</param>
/// <param name="LengthBytes">How long it is after that.</param>
internal sealed record TargetPlan(string Uri, SectorRange Range, TargetPreparation Preparation, long LengthBytes)
{
    /// <summary>Whether it is the same device as the source, which is then opened once.</summary>
    internal bool IsSource { get; init; }
}
