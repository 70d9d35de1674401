namespace Kcopyd.Actors.Tests.Observing;

/// <summary>Meters and activity sources belong to the process: whoever listens to them runs alone.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class InstrumentsCollection
{
    public const string Name = "Instruments";
}
