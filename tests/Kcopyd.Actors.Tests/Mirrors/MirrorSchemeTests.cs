using Kcopyd.Actors.Copying;
using Kcopyd.Actors.Mirrors;
using Kcopyd.Core.Copying;
using Kcopyd.Devices;
using Kcopyd.Tests.Shared;

namespace Kcopyd.Actors.Tests.Mirrors;

/// <summary>Mirrors by URI, of real files.</summary>
public sealed class MirrorSchemeTests : Akka.TestKit.Xunit2.TestKit
{
    private const int Sectors = 4096;

    private readonly TempDirectory _files = new();
    private readonly BlockDeviceOpener _opener = new();

    public MirrorSchemeTests() => _opener.RegisterScheme(MirrorScheme.Name, new MirrorScheme(Sys, _opener));

    [Fact]
    public async Task Copy_onto_a_mirror_by_its_uri_reaches_every_leg()
    {
        var (source, a, b) = (Make("source", seed: 7), Make("a"), Make("b"));
        await using var client = await KcopydClient.CreateAsync(Sys, new KcopydClientOptions { Opener = _opener });
        var uri = $"mirror:0%20{Sectors} mirror core 1 64 2 {a} 0 {b} 0";

        var options = new CopyOptions { Flush = true };
        client.Actor.Tell(
            new SubmitCopy("correlation", CopyJobKind.Copy, Region(source), [Region(uri)], options), TestActor);

        ExpectMsg<SubmitAccepted>(TimeSpan.FromSeconds(10));
        Assert.Equal(CopyOutcome.Completed, ExpectMsg<SubmitCompleted>(TimeSpan.FromSeconds(10)).Completed.Outcome);
        Assert.Equal(await File.ReadAllBytesAsync(source), await File.ReadAllBytesAsync(a));
        Assert.Equal(await File.ReadAllBytesAsync(source), await File.ReadAllBytesAsync(b));
    }

    [Fact]
    public async Task Description_has_the_length_of_the_table_and_the_storage_of_all_legs()
    {
        var (a, b) = (Make("a"), Make("b"));

        var found = await _opener.DescribeAsync($"mirror:0 {Sectors} mirror core 1 64 2 {a} 0 {b} 0", default);

        Assert.Equal((true, false, Sectors * 512L), (found.Exists, found.IsResizable, found.LengthBytes));
        Assert.Equal(2, found.Storage.Count);
    }

    [Theory]
    [InlineData("mirror:0 4096 mirror core 1 3 2 a 0 b 0", "region size")]
    [InlineData("mirror:0 4096 mirror core 1 64 2 nowhere-a 0 nowhere-b 0", "nowhere-a")]
    public async Task What_is_no_mirror_is_refused_in_one_sentence(string uri, string named)
    {
        var refused = await Assert.ThrowsAsync<DeviceException>(
            async () => await _opener.OpenAsync(uri, new BlockDeviceOpenOptions(), default));

        Assert.Contains(named, refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', refused.Message);
    }

    protected override void AfterAll()
    {
        base.AfterAll();
        _files.Dispose();
    }

    private static SubmitRegion Region(string uri) => new(uri, 0, Sectors);

    private string Make(string name, int seed = 1) => _files.File(name, Sectors * 512, seed);
}
