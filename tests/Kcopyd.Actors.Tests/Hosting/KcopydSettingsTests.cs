using Akka.Actor;
using Akka.Configuration;
using Kcopyd.Actors.Copying;
using Kcopyd.Actors.Hosting;
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

    private static async Task<KcopydClientOptions> ReadAsync(string settings)
    {
        var config = ConfigurationFactory.ParseString("akka.loglevel = ERROR\n" + settings);
        var system = ActorSystem.Create("settings", config);
        try
        {
            return KcopydSettings.ReadClient(system);
        }
        finally
        {
            await system.Terminate();
        }
    }
}
