using Kcopyd.Nbd.Transport;

namespace Kcopyd.Nbd.Tests.Transport;

public sealed class SendBufferTests
{
    private readonly List<byte[]> _sent = [];
    private readonly SendBuffer _buffer;
    private int _calls;

    public SendBufferTests() => _buffer = new SendBuffer(
        (first, rest) =>
        {
            _calls++;
            _sent.AddRange(new[] { first.ToArray(), rest.ToArray() }.Where(static bytes => bytes.Length > 0));
        });

    [Fact]
    public void Long_piece_goes_out_with_the_header_before_it()
    {
        var (header, payload) = (Bytes(28), Bytes(262_144));

        _buffer.Add(header);
        _buffer.Add(payload);

        Assert.Equal([28 + (16 * 1024), payload.Length - (16 * 1024)], Lengths());
        Assert.Equal([.. header, .. payload], All());

        // Whoever else sends on the socket comes before it or after it.
        Assert.Equal(1, _calls);
    }

    [Fact]
    public void Long_piece_with_nothing_before_it_is_not_copied()
    {
        _buffer.Add(Bytes(100_000));

        Assert.Equal([100_000], Lengths());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Every_byte_goes_out_once_and_in_order(int seed)
    {
        var random = new Random(seed);
        List<byte> expected = [];
        for (var i = 0; i < 100; i++)
        {
            var piece = Bytes(random.Next(4) == 0 ? random.Next(200_000) : random.Next(20_000), random);
            _buffer.Add(piece);
            expected.AddRange(piece);
            if (random.Next(10) == 0)
            {
                _buffer.Flush();
                Assert.Equal(expected.Count, Lengths().Sum());
            }
        }

        _buffer.Flush();

        Assert.Equal(expected, All());
        Assert.DoesNotContain(0, Lengths());
    }

    private static byte[] Bytes(int count, Random? random = null)
    {
        var bytes = new byte[count];
        (random ?? new Random(count)).NextBytes(bytes);
        return bytes;
    }

    private IEnumerable<int> Lengths() => _sent.Select(static piece => piece.Length);

    private IEnumerable<byte> All() => _sent.SelectMany(static piece => piece);
}
