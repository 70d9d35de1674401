using Kcopyd.Tests.Shared;

namespace Akka.Bundled.Tests.Sql;

/// <summary>A process is killed in the middle of writing: what was confirmed is there.</summary>
public abstract class SqlCrashSpec : SqlSpec
{
    private const int Streams = 8;

    [SkippableTheory]
    [InlineData(1)]
    [InlineData(40)]
    [InlineData(300)]
    public async Task Confirmed_events_survive_a_kill(int lines)
    {
        Require.Linux();
        var confirmed = new Dictionary<string, long>(StringComparer.Ordinal);
        using (var writer = WriterProcess.Start("write", Store.ProviderName, Store.ConnectionString, $"{Streams}"))
        {
            for (var n = 0; n < lines; n++)
            {
                Note(await writer.NextLineAsync() ?? throw new InvalidOperationException("The writer has ended."));
            }

            writer.Kill();
            while (await writer.NextLineAsync() is { } line)
            {
                Note(line);
            }
        }

        var system = Start();
        Assert.NotEmpty(confirmed);
        for (var n = 1; n <= Streams; n++)
        {
            var id = $"s{n}";
            var (events, highest) = await system.ReadAsync(id);
            Assert.InRange(highest, confirmed.GetValueOrDefault(id), long.MaxValue);

            // Two at once, all or nothing, and no gap; and the stream goes on.
            Assert.Equal(0, highest % 2);
            Assert.Equal(Enumerable.Range(1, (int)highest).Select(number => $"{number}:{id} {number}"), events);
            await system.WriteAllAsync(id, highest + 1, "next");
        }

        void Note(string line)
        {
            // What the kill cut has no number.
            if (line.Split(' ') is [var id, var number] && long.TryParse(number, out var value))
            {
                confirmed[id] = value;
            }
        }
    }
}
