using Kcopyd.Core.Snapshots;

namespace Kcopyd.Core.Tests.Snapshots;

/// <summary>Stores that were damaged or cut off, each refused with one sentence.</summary>
public sealed class CowLoadDamageTests
{
    private const long Origin = 100;
    private const long Cow = 70;

    private static readonly CowLayout Layout = new(1);

    [Theory]
    [InlineData(5, 1, "data begins in chunk 2")]
    [InlineData(5, 34, "that is where an area stands")]
    [InlineData(5, 67, "that is where an area stands")]
    [InlineData(5, 70, "the device of 70 sectors has 70 chunks of 1")]
    [InlineData(5, 1L << 60, "the device of 70 sectors has 70 chunks of 1")]
    [InlineData(5, long.MaxValue, "the device of 70 sectors has 70 chunks of 1")]
    [InlineData(100, 5, "the table has room for 100, and may be too short")]
    [InlineData(long.MaxValue, 5, "the table has room for 100, and may be too short")]
    [InlineData(0, 5, "an earlier entry has it in chunk 2")]
    [InlineData(5, 2, "an earlier entry has its data there")]
    [InlineData(5, 3, "an earlier entry has its data there")]
    public void Entry_that_cannot_be(long oldChunk, long newChunk, string why)
    {
        var image = new CowStoreImage(Layout);
        image.Add(0, 2);
        image.Add(1, 3);
        image.Add(oldChunk, newChunk);

        Assert.Equal(
            $"Entry 2 of area 0 has chunk {oldChunk} of the origin in chunk {newChunk}, but {why}.",
            Refused(image, Cow));
    }

    [Theory]
    [InlineData(-1, 5, "the table has room for 100, and may be too short")]
    [InlineData(5, -1, "the device of 70 sectors has 70 chunks of 1")]
    [InlineData(5, long.MinValue, "the device of 70 sectors has 70 chunks of 1")]
    public void Numbers_of_64_bits_are_said_as_they_stand(long oldChunk, long newChunk, string why)
    {
        var image = new CowStoreImage(Layout);
        image.Add(oldChunk, newChunk);

        Assert.Equal(
            $"Entry 0 of area 0 has chunk {(ulong)oldChunk} of the origin in chunk {(ulong)newChunk}, but {why}.",
            Refused(image, Cow));
    }

    [Fact]
    public void Entry_is_named_with_its_area()
    {
        var image = Filled(33);
        image.Add(40, 36);
        image.Add(41, 36);

        Assert.Equal(
            "Entry 2 of area 1 has chunk 41 of the origin in chunk 36, but an earlier entry has its data there.",
            Refused(image, Cow));
    }

    [Fact]
    public void Late_chunk_is_not_taken_twice()
    {
        var image = new CowStoreImage(Layout);
        image.Add(0, 9);
        image.Add(1, 4);
        image.Add(2, 20);
        image.Add(3, 4);

        Assert.Equal(
            "Entry 3 of area 0 has chunk 3 of the origin in chunk 4, but an earlier entry has its data there.",
            Refused(image, Cow));
    }

    [Theory]
    [InlineData(4, 4)]
    [InlineData(2, 3)]
    public void Device_that_was_cut_off_before_its_data(long wholeChunks, long newChunk)
    {
        // The last chunk that an entry names has to be there to its end.
        var layout = new CowLayout(8);
        var image = new CowStoreImage(layout);
        image.Add(0, newChunk);

        var (load, _) = image.Load(Origin, (newChunk + 1) * 8);
        Assert.Equal(newChunk + 1, load.NextFree);

        var error = Assert.Throws<CowStoreException>(() => image.Load(Origin, (wholeChunks * 8) + 7));
        Assert.Equal(
            $"Entry 0 of area 0 has chunk 0 of the origin in chunk {newChunk}, but the device of "
            + $"{(wholeChunks * 8) + 7} sectors has {wholeChunks} chunks of 8.",
            error.Message);
    }

    [Fact]
    public void Device_that_was_cut_off_before_an_area()
    {
        var image = Filled(32);

        Assert.Equal(1, image.Load(Origin, 35).Load.CurrentArea);
        Assert.Equal(
            "Area 0 is full, so that another follows in chunk 34, but the device of 34 sectors has 34 chunks of 1.",
            Refused(image, 34));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(15, 1)]
    public void Device_with_no_room_for_the_first_area(long sectors, long chunks)
    {
        var layout = new CowLayout(8);
        var error = Assert.Throws<CowStoreException>(
            () => new CowLoad(layout, Origin, sectors, new ExceptionTable()));

        Assert.Equal(
            $"The first area is chunk 1, but the device of {sectors} sectors has {chunks} chunks of 8.",
            error.Message);
        Assert.Equal(2, new CowLoad(layout, Origin, 16, new ExceptionTable()).NextFree);
    }

    private static CowStoreImage Filled(int count)
    {
        var image = new CowStoreImage(Layout);
        var next = CowLayout.FirstData;
        for (var i = 0; i < count; i++)
        {
            image.Add(i, next);
            next = Layout.NextData(next);
        }

        return image;
    }

    private static string Refused(CowStoreImage image, long cowSectors) =>
        Assert.Throws<CowStoreException>(() => image.Load(Origin, cowSectors)).Message;
}
