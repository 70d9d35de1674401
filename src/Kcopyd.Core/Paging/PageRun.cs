namespace Kcopyd.Core.Paging;

/// <summary>Contiguous pages of a budget.</summary>
/// <param name="First">The number of the first page.</param>
/// <param name="Count">How many pages.</param>
public readonly record struct PageRun(int First, int Count)
{
    /// <summary>The page after the last.</summary>
    public int End => First + Count;
}
