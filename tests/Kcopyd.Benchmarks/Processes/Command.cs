using System.Collections.Immutable;

namespace Kcopyd.Benchmarks.Processes;

/// <summary>A program and its arguments.</summary>
/// <param name="Program">Its path.</param>
/// <param name="Arguments">One word each; no shell reads them.</param>
internal sealed record Command(string Program, params ImmutableArray<string> Arguments)
{
    /// <summary>As one would type it.</summary>
    public override string ToString() => string.Join(' ', [Path.GetFileName(Program), .. Arguments]);
}
