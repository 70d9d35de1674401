using System.Runtime.CompilerServices;
using Akka.Actor;
using Kcopyd.Actors.Hosting;
using Kcopyd.Actors.Journaling;
using Kcopyd.Actors.Mirrors;
using Kcopyd.Core.Mirrors;

namespace Kcopyd.Actors.Tests.Mirrors;

/// <summary>What version 1 wrote is read by this one, and this one writes the same bytes.</summary>
/// <remarks>The files in <c>Golden</c> were written by the first build that had a journal log. They are never changed:
/// a new form of an entry gets a manifest and a file of its own. <c>KCOPYD_WRITE_GOLDEN=1</c> writes those that are
/// missing; the next build takes them.</remarks>
public sealed class RegionEventSerializerTests : IAsyncLifetime
{
    private readonly ActorSystem _system = ActorSystem.Create("golden-regions", "akka.loglevel = ERROR");

    private RegionEventSerializer Serializer => new((ExtendedActorSystem)_system);

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => _system.Terminate();

    [Fact]
    public void Whole_of_a_few_runs_is_what_it_was() => CheckGolden("whole-runs-1", Runs(), "mw");

    [Fact]
    public void Whole_of_scattered_bits_is_what_it_was() => CheckGolden("whole-bits-1", Scattered(), "mw");

    [Fact]
    public void Change_is_what_it_was() => CheckGolden(
        "change-1",
        new RegionEvent.Change([new RegionRun(3, 3), new RegionRun(900, 1_000)], [new RegionRun(0, 1)]),
        "mc");

    [Theory]
    [InlineData(1)]
    [InlineData(64)]
    [InlineData(65)]
    [InlineData(1_000)]
    public void Clean_regions_that_were_read_back_are_the_same(int count)
    {
        var random = new Random(count);
        for (var density = 0; density <= 100; density += 4)
        {
            var whole = new RegionEvent.Whole(8, 5, new RegionBits(count));
            for (var region = 0; region < count; region++)
            {
                if (random.Next(100) < density)
                {
                    whole.Clean.Set(region);
                }
            }

            Assert.Equal(Text(whole), Text(Serializer.FromBinary(Serializer.ToBinary(whole), "mw")));
        }
    }

    [Fact]
    public void Whole_takes_no_more_room_than_its_bits_or_its_runs()
    {
        var million = new RegionBits(1_000_000);
        million.SetAll();
        Assert.InRange(Serializer.ToBinary(new RegionEvent.Whole(8, 1, million)).Length, 1, 30);

        for (var region = 0; region < 1_000_000; region += 2)
        {
            million.Clear(region);
        }

        Assert.InRange(Serializer.ToBinary(new RegionEvent.Whole(8, 1, million)).Length, 125_000, 125_030);
    }

    [Fact]
    public void The_serializer_is_found_by_configuration_too()
    {
        KcopydSerialization.Register(_system);

        var found = _system.Serialization.FindSerializerForType(typeof(RegionEvent.Change));

        Assert.IsType<RegionEventSerializer>(found);
        Assert.Equal(7_109, found.Identifier);
    }

    [Theory]
    [InlineData("mw", "", "an entry 'mw' of it is damaged")]
    [InlineData("mw", "0803100A", "an entry 'mw' of it is damaged")]
    [InlineData("mw", "0808100A22020B01", "an entry 'mw' of it is damaged")]
    [InlineData("mw", "0808100A2A03010203", "an entry 'mw' of it is damaged")]
    [InlineData("mc", "0A0101", "an entry 'mc' of it is damaged")]
    [InlineData("mc", "0A020100", "an entry 'mc' of it is damaged")]
    [InlineData("mc", "0A0BFFFFFFFFFFFFFFFFFF0101", "an entry 'mc' of it is damaged")]
    [InlineData(
        "mz", "", "it was written by a newer version of Kcopyd: 'mz' is no entry that this version knows")]
    public void What_is_no_entry_is_refused(string manifest, string hex, string sentence)
    {
        var entry = new byte[(hex.Length / 2) + EntryChecksum.Length];
        Convert.FromHexString(hex).CopyTo(entry, 0);
        EntryChecksum.Seal(entry);

        var refused = Assert.Throws<JournalException>(() => Serializer.FromBinary(entry, manifest));

        Assert.Equal(sentence, refused.Message);
    }

    [Fact]
    public void Any_turned_bit_is_noticed()
    {
        var entry = Serializer.ToBinary(Runs());
        for (var bit = 0; bit < entry.Length * 8; bit++)
        {
            entry[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.Throws<JournalException>(() => Serializer.FromBinary(entry, "mw"));
            entry[bit / 8] ^= (byte)(1 << (bit % 8));
        }
    }

    private static RegionEvent.Whole Runs()
    {
        var clean = new RegionBits(2_000);
        new LogCommit(0, [new RegionRun(700, 800)], [new RegionRun(10, 1_999)]).ApplyTo(clean);
        return new RegionEvent.Whole(1_024, 3, clean);
    }

    private static RegionEvent.Whole Scattered()
    {
        var clean = new RegionBits(70);
        for (var region = 0; region < 70; region += 3)
        {
            clean.Set(region);
        }

        return new RegionEvent.Whole(2, 4_000_000_000, clean);
    }

    private static string Text(object kept) => kept switch
    {
        RegionEvent.Whole whole => $"{whole.RegionSize} {whole.Epoch} {whole.Clean.Count}: "
            + string.Join(' ', RegionRuns.Of(whole.Clean)),
        RegionEvent.Change change => $"{string.Join(' ', change.Marked)} / {string.Join(' ', change.Cleaned)}",
        _ => throw new ArgumentException($"{kept}", nameof(kept)),
    };

    private static string Source([CallerFilePath] string file = "") =>
        Path.Combine(Path.GetDirectoryName(file)!, "Golden");

    private void CheckGolden(string name, RegionEvent kept, string manifest)
    {
        var written = Serializer.ToBinary(kept);
        var source = Path.Combine(Source(), name + ".bin");
        if (Environment.GetEnvironmentVariable("KCOPYD_WRITE_GOLDEN") == "1" && !File.Exists(source))
        {
            File.WriteAllBytes(source, written);
        }

        var golden = File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Mirrors", "Golden", name + ".bin"));
        Assert.Equal(manifest, Serializer.Manifest(kept));
        Assert.Equal(Text(kept), Text(Serializer.FromBinary(golden, manifest)));
        Assert.Equal(Convert.ToHexString(golden), Convert.ToHexString(written));
    }
}
