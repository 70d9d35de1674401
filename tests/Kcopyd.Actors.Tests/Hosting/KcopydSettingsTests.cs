using Akka.Actor;
using Akka.Configuration;
using Kcopyd.Actors.Copying;
using Kcopyd.Actors.Hosting;
using Kcopyd.Actors.Journaling;
using Kcopyd.Actors.Mirrors;
using Kcopyd.Actors.Snapshots;
using Kcopyd.Core;

namespace Kcopyd.Actors.Tests.Hosting;

public sealed class KcopydSettingsTests
{
    [Fact]
    public async Task Without_settings_everything_has_its_default() =>
        Assert.Equal(new KcopydClientOptions(), await ReadAsync(""));

    [Fact]
    public async Task The_reference_settings_are_the_defaults()
    {
        var reference = await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "kcopyd.hocon"));
        Assert.Equal(new KcopydClientOptions(), await ReadAsync(reference));
        Assert.Equal(new JournalOptions(), await ReadJournalAsync(reference));
        Assert.Equal(new MirrorOptions(), await ReadMirrorAsync(reference));
        Assert.Equal(new OriginOptions(), await ReadAsync(reference, KcopydSettings.ReadOrigin));
        AssertEqual(new SnapshotOptions(), await ReadAsync(reference, KcopydSettings.ReadSnapshot));
    }

    [Fact]
    public async Task Each_key_of_mirrors_has_a_default_and_is_read()
    {
        Assert.Equal(new MirrorOptions(), await ReadMirrorAsync(""));
        var read = await ReadMirrorAsync(
            """
            kcopyd.mirror {
              recoveries = 2
              recovery-size = 3 MiB
              recovery-rate = 4 MiB
              recovery-yields = off
              page-budget = 64 KiB
              clean-delay = 250 ms
              retry-delay = 1 m
              repairs-reads = off
              dispose-timeout = 2 s
            }
            """);
        Assert.Equal(
            new MirrorOptions
            {
                Recoveries = 2,
                RecoverySize = 3.MiB,
                RecoveryRate = 4.MiB,
                RecoveryYields = false,
                PageBudget = 64.KiB,
                CleanDelay = TimeSpan.FromMilliseconds(250),
                RetryDelay = TimeSpan.FromMinutes(1),
                RepairsReads = false,
                DisposeTimeout = TimeSpan.FromSeconds(2),
            },
            read);
    }

    [Theory]
    [InlineData("recoveries = 0")]
    [InlineData("recoveries = 65")]
    [InlineData("recovery-size = 511")]
    [InlineData("recovery-rate = -1")]
    [InlineData("page-budget = 4095")]
    [InlineData("clean-delay = 9 ms")]
    [InlineData("retry-delay = 61 m")]
    [InlineData("dispose-timeout = 0 s")]
    public async Task A_wrong_value_of_mirrors_is_named_by_its_key(string setting)
    {
        var refused = await Assert.ThrowsAsync<ConfigurationException>(
            () => ReadMirrorAsync($"kcopyd.mirror {{ {setting} }}"));
        Assert.Contains($"kcopyd.mirror.{setting.Split(' ')[0]}: ", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Each_key_of_snapshots_has_a_default_and_is_read()
    {
        Assert.Equal(new OriginOptions(), await ReadAsync("", KcopydSettings.ReadOrigin));
        AssertEqual(new SnapshotOptions(), await ReadAsync("", KcopydSettings.ReadSnapshot));
        const string Settings =
            """
            kcopyd.snapshot {
              page-budget = 64 KiB
              copy-rate = 5 MiB
              copy-percent = 40
              max-pending = 7
              fill-warnings = [50, 75]
              dispose-timeout = 2 s
            }
            """;
        Assert.Equal(
            new OriginOptions
            {
                PageBudget = 64.KiB,
                CopyRate = 5.MiB,
                CopyPercent = 40,
                DisposeTimeout = TimeSpan.FromSeconds(2),
            },
            await ReadAsync(Settings, KcopydSettings.ReadOrigin));
        AssertEqual(
            new SnapshotOptions { MaxPending = 7, FillWarnings = [50, 75] },
            await ReadAsync(Settings, KcopydSettings.ReadSnapshot));
        AssertEqual(
            new SnapshotOptions { FillWarnings = [] },
            await ReadAsync("kcopyd.snapshot.fill-warnings = []", KcopydSettings.ReadSnapshot));
    }

    [Theory]
    [InlineData("page-budget = 4095", false)]
    [InlineData("copy-rate = -1", false)]
    [InlineData("copy-percent = 101", false)]
    [InlineData("dispose-timeout = 0 s", false)]
    [InlineData("max-pending = 0", true)]
    [InlineData("max-pending = few", true)]
    [InlineData("fill-warnings = [90, 80]", true)]
    [InlineData("fill-warnings = 101", true)]
    public async Task A_wrong_value_of_snapshots_is_named_by_its_key(string setting, bool isOfSnapshot)
    {
        var settings = $"kcopyd.snapshot {{ {setting} }}";
        var refused = await Assert.ThrowsAsync<ConfigurationException>(() => isOfSnapshot
            ? ReadAsync(settings, KcopydSettings.ReadSnapshot)
            : ReadAsync(settings, KcopydSettings.ReadOrigin));
        Assert.Contains($"kcopyd.snapshot.{setting.Split(' ')[0]}: ", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Each_key_of_the_journal_has_a_default_and_is_read()
    {
        Assert.Equal(new JournalOptions(), await ReadJournalAsync(""));
        var read = await ReadJournalAsync(
            """
            kcopyd.journal {
              interval = 250 ms
              unflushed-limit = 3 MiB
              journal-plugin = "my.journal"
              snapshot-plugin = "my.snapshots"
              lock-directory = "/run/locks"
              snapshot-every = 2
              keep-ended-for = 1 h
              keep-ended-count = 0
              retry-after = 30 s
            }
            """);
        Assert.Equal(
            new JournalOptions
            {
                Interval = TimeSpan.FromMilliseconds(250),
                UnflushedLimit = 3.MiB,
                JournalPluginId = "my.journal",
                SnapshotPluginId = "my.snapshots",
                LockDirectory = "/run/locks",
                SnapshotEvery = 2,
                KeepEndedFor = TimeSpan.FromHours(1),
                KeepEndedCount = 0,
                RetryAfter = TimeSpan.FromSeconds(30),
            },
            read);
    }

    [Theory]
    [InlineData("interval = 99 ms")]
    [InlineData("interval = 61 m")]
    [InlineData("unflushed-limit = 1048575")]
    [InlineData("journal-plugin = \"\"")]
    [InlineData("snapshot-plugin = \"\"")]
    [InlineData("snapshot-every = 1")]
    [InlineData("keep-ended-count = -1")]
    [InlineData("retry-after = 0 s")]
    [InlineData("retry-after = 31 s")]
    public async Task A_wrong_value_of_the_journal_is_named_by_its_key(string setting)
    {
        var refused = await Assert.ThrowsAsync<ConfigurationException>(
            () => ReadJournalAsync($"kcopyd.journal {{ {setting} }}"));
        Assert.Contains($"kcopyd.journal.{setting.Split(' ')[0]}: ", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Each_key_is_read()
    {
        var read = await ReadAsync(
            """
            kcopyd.client {
              page-budget = 8 MiB
              rate = 10M
              percent = 40
              queue-limit = 5
              active-jobs = 6
              stall-after = 7 s
              dispose-timeout = 250 ms
              resume-on-start = on
            }
            """);
        Assert.Equal(
            new KcopydClientOptions
            {
                PageBudget = 8.MiB,
                BytesPerSecond = 10.MiB,
                Percent = 40,
                QueueLimit = 5,
                ActiveJobs = 6,
                StallAfter = TimeSpan.FromSeconds(7),
                DisposeTimeout = TimeSpan.FromMilliseconds(250),
                ResumeOnStart = true,
            },
            read);
    }

    [Theory]
    [InlineData("page-budget = lots", "kcopyd.client.page-budget")]
    [InlineData("percent = 101", "kcopyd.client.percent")]
    [InlineData("queue-limit = 0", "kcopyd.client.queue-limit")]
    public async Task A_wrong_value_is_named_by_its_key(string setting, string key)
    {
        var refused = await Assert.ThrowsAsync<ConfigurationException>(
            () => ReadAsync($"kcopyd.client {{ {setting} }}"));
        Assert.Contains(key, refused.Message, StringComparison.Ordinal);
    }

    private static Task<KcopydClientOptions> ReadAsync(string settings) =>
        ReadAsync(settings, KcopydSettings.ReadClient);

    private static Task<JournalOptions> ReadJournalAsync(string settings) =>
        ReadAsync(settings, KcopydSettings.ReadJournal);

    private static Task<MirrorOptions> ReadMirrorAsync(string settings) =>
        ReadAsync(settings, KcopydSettings.ReadMirror);

    /// <summary>Arrays in records are equal only if they are the same.</summary>
    private static void AssertEqual(SnapshotOptions expected, SnapshotOptions read)
    {
        Assert.Equal(expected.FillWarnings.AsEnumerable(), read.FillWarnings);
        Assert.Equal(expected with { FillWarnings = [] }, read with { FillWarnings = [] });
    }

    private static async Task<T> ReadAsync<T>(string settings, Func<ActorSystem, T> read)
    {
        var config = ConfigurationFactory.ParseString("akka.loglevel = ERROR\n" + settings);
        var system = ActorSystem.Create("settings", config);
        try
        {
            return read(system);
        }
        finally
        {
            await system.Terminate();
        }
    }
}
