namespace Kcopyd.Core.Snapshots;

/// <summary>What a merge does next.</summary>
internal abstract record MergeStep
{
    private MergeStep()
    {
    }

    /// <summary>Copy the last exceptions, a run that is consecutive on both devices.</summary>
    public sealed record Copy(ExceptionRun Run) : MergeStep;

    /// <summary>Read an area: the current one is empty.</summary>
    public sealed record Read(long Area) : MergeStep;

    /// <summary>No exception is left.</summary>
    public sealed record Finished : MergeStep;
}
