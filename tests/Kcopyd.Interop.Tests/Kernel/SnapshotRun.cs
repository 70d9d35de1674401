namespace Kcopyd.Interop.Tests.Kernel;

/// <summary>A snapshot runs once, here or in the kernel.</summary>
/// <param name="Steps">As of <see cref="SnapshotSession.StepAsync"/>.</param>
internal sealed record SnapshotRun(params string[] Steps)
{
    /// <summary>Whether it is merged.</summary>
    public bool IsMerge { get; init; }

    /// <summary>The sector and the sectors of a run of chunks after which merging stops; null: it goes on to the end.
    /// </summary>
    public (int Start, int Sectors)? Hold { get; init; }
}
