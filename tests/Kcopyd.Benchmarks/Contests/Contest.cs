using System.Collections.Immutable;
using Kcopyd.Benchmarks.Files;

namespace Kcopyd.Benchmarks.Contests;

/// <summary>The same copy by several contenders.</summary>
/// <param name="Title">What is copied how.</param>
/// <param name="Files">What all of them copy.</param>
/// <param name="Contenders">The program and its peers.</param>
internal sealed record Contest(string Title, CopyFiles Files, ImmutableArray<Contender> Contenders);
