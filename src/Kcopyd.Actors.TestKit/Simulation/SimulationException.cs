namespace Kcopyd.Actors.TestKit.Simulation;

/// <summary>A simulated run cannot go on: it is stuck, too long, or not repeatable. The message names the
/// seed.</summary>
public sealed class SimulationException : Exception
{
    internal SimulationException(int seed, string message, Exception? innerException = null)
        : base($"Seed {seed}: {message}", innerException)
    {
        Seed = seed;
    }

    /// <summary>What repeats the run.</summary>
    public int Seed { get; }
}
