namespace Kcopyd.Cli.Tests;

/// <summary>What a killed run left.</summary>
/// <param name="Moment">When it was killed.</param>
/// <param name="Again">Bytes of data that it had written and the next run writes again, on the target with the
/// most.</param>
/// <param name="Limit">The most that may be written again: see <see cref="KillBench"/>.</param>
/// <param name="Late">How much later than it should the checkpoint was that would have claimed them: how long the last
/// flush took, and how long the next one is overdue.</param>
internal sealed record KillCount(KillMoment Moment, long Again, long Limit, TimeSpan Late);
