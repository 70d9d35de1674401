using System.Collections.Immutable;

namespace Kcopyd.Cli.Requests;

/// <summary>What is asked of a running server.</summary>
/// <param name="Control">Where it answers.</param>
/// <param name="Names">The devices; none: all.</param>
/// <param name="ShowTable">Whether tables are printed instead of status lines.</param>
/// <param name="Json">Whether everything is printed as one JSON object.</param>
internal sealed record StatusRequest(string Control, ImmutableArray<string> Names, bool ShowTable, bool Json);
