namespace Kcopyd.Cli.Requests;

/// <summary>Which jobs are to be listed, and how.</summary>
/// <param name="Place">The journal that knows them.</param>
/// <param name="All">Whether all that are over are listed, not only the last few.</param>
/// <param name="Json">Whether the list is JSON.</param>
internal sealed record JobsRequest(JournalPlace Place, bool All, bool Json);
