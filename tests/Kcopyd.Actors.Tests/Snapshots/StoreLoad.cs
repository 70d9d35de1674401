namespace Kcopyd.Actors.Tests.Snapshots;

/// <summary>What loading a store took.</summary>
/// <param name="Count">Exceptions that it has.</param>
/// <param name="Milliseconds">What passed.</param>
/// <param name="ProcessorMilliseconds">What the processors were busy with it, which neighbours do not change much.
/// </param>
/// <param name="KeptBytes">The heap that it takes from then on.</param>
internal sealed record StoreLoad(long Count, long Milliseconds, long ProcessorMilliseconds, long KeptBytes);
