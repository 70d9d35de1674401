namespace Kcopyd.Core.Paging;

/// <summary>A segment that wants to be let in.</summary>
/// <param name="Job">The number of its job within the client.</param>
/// <param name="Segment">Its index within the job.</param>
/// <param name="Pages">How many pages it needs; 0 for one that only writes zeros.</param>
/// <param name="RateBytes">What it counts for the rate limit, in bytes.</param>
public readonly record struct Admission(long Job, long Segment, int Pages, long RateBytes);
