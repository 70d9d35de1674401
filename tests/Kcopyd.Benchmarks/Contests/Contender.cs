using System.Collections.Immutable;
using Kcopyd.Benchmarks.Processes;

namespace Kcopyd.Benchmarks.Contests;

/// <summary>Someone who does the copy of a contest.</summary>
/// <param name="Name">What the table calls it.</param>
/// <param name="Commands">Run in sequence and measured as one.</param>
internal sealed record Contender(string Name, ImmutableArray<Command> Commands);
