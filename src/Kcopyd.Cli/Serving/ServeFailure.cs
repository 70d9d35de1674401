using System.Collections.Immutable;

namespace Kcopyd.Cli.Serving;

/// <summary>Why devices are not what the tables say.</summary>
/// <param name="Names">The devices.</param>
/// <param name="Sentence">The reason, without an end.</param>
internal sealed record ServeFailure(ImmutableArray<string> Names, string Sentence);
