using Kcopyd.Benchmarks.Contests;
using Kcopyd.Benchmarks.Files;
using Kcopyd.Benchmarks.Persisting;
using Kcopyd.Benchmarks.Reporting;

namespace Kcopyd.Benchmarks.Cases;

/// <summary>Events that persistent actors get confirmed in a second, on SQLite, where a confirmation means that the
/// disk has it.</summary>
/// <param name="name">The word for it.</param>
/// <param name="actors">How many actors persist at once, each its next event after the confirmation of the last.
/// </param>
/// <param name="batch">How many events an actor persists at once.</param>
internal sealed class PersistCase(string name, int actors, int batch) : IBenchmarkCase
{
    /// <summary>Thousands of commits on a fast disk, tens on a slow one.</summary>
    private static readonly TimeSpan Round = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan QuickRound = TimeSpan.FromMilliseconds(200);

    /// <inheritdoc/>
    public string Name => name;

    /// <inheritdoc/>
    public string Summary => batch == 1
        ? $"events one by one from {actors} persistent actor{(actors == 1 ? "" : "s")}, SQLite on disk"
        : $"batches of {batch} events from {actors} persistent actor{(actors == 1 ? "" : "s")}, SQLite on disk";

    /// <inheritdoc/>
    public async Task RunAsync(BenchmarkSession session)
    {
        using var workspace = Workspace.Create(session.Options.DiskDirectory);
        await using var persisting = await PersistingSystem.StartAsync(workspace["journal.db"], actors, batch);
        using var plain = new PlainInserts(workspace["plain.db"], batch);
        var round = session.Options.IsQuick ? QuickRound : Round;

        List<double> own = [];
        List<double> peer = [];
        for (var n = 0; n <= session.Options.Runs; n++)
        {
            session.CancellationToken.ThrowIfCancellationRequested();
            var isFirst = n % 2 == 0;
            var persisted = isFirst ? await persisting.RunAsync(round) : 0;
            var inserted = plain.Run(round);
            persisted = isFirst ? persisted : await persisting.RunAsync(round);
            if (n > 0)
            {
                own.Add(persisted);
                peer.Add(inserted);
            }
        }

        session.Report(new CaseReport(Name, $"{Summary}, {round.TotalSeconds:0.#} s a round")
        {
            Figures =
            [
                new Figure("persisted, median", Statistics.Median(own), "events/s"),
                new Figure("persisted, spread", Statistics.Spread(own) * 100, "%"),
                new Figure("plain inserts, median", Statistics.Median(peer), "events/s"),
                new Figure("plain inserts, spread", Statistics.Spread(peer) * 100, "%"),
                new Figure(
                    "persisted by plain, median", Statistics.Median(own.Zip(peer, (mine, its) => mine / its)), "x"),
            ],
            Notes =
            [
                "Plain inserts: one thread, one connection, the same rows and tables without actors; "
                    + (batch == 1 ? "a commit for each event." : $"a commit for every {batch} events."),
            ],
        });
    }
}
