using Kcopyd.Nbd.Protocol;

namespace Kcopyd.Nbd.Tests.Protocol;

/// <summary>What goes over the wire, byte for byte as the specification has it.</summary>
public sealed class WireTests
{
    [Fact]
    public void Greeting_is_the_documented_one()
    {
        var bytes = new byte[NbdGreeting.Size];
        new NbdGreeting(NbdHandshakeFlags.FixedNewstyle | NbdHandshakeFlags.NoZeroes).Write(bytes);

        Assert.Equal("4E42444D41474943" + "49484156454F5054" + "0003", Convert.ToHexString(bytes));
        Assert.Equal(NbdHandshakeFlags.FixedNewstyle | NbdHandshakeFlags.NoZeroes, NbdGreeting.Read(bytes).Flags);
    }

    [Theory]
    [InlineData("4E42444D41474944" + "49484156454F5054" + "0003", "0x4e42444d41474944, expected 0x4e42444d41474943")]
    [InlineData("4E42444D41474943" + "0000420281861253" + "0003", "old style")]
    [InlineData("4E42444D41474943" + "0000000000000001" + "0003", "0x1, expected 0x49484156454f5054")]
    [InlineData("4E42444D41474943" + "49484156454F5054" + "0002", "does not answer options")]
    public void Greeting_of_something_else_is_refused(string hex, string sentence) =>
        Assert.Contains(
            sentence,
            Assert.Throws<NbdProtocolException>(() => NbdGreeting.Read(Convert.FromHexString(hex))).Message,
            StringComparison.Ordinal);

    [Fact]
    public void Request_is_the_documented_one()
    {
        var request = new NbdRequestHeader(
            NbdCommandFlags.Fua, NbdCommand.Write, 0x0102030405060708, 0x1122334455667788, 0xAABBCCDD);
        var bytes = new byte[NbdRequestHeader.Size];
        request.Write(bytes);

        Assert.Equal("25609513" + "0001" + "0001" + "0102030405060708" + "1122334455667788" + "AABBCCDD",
            Convert.ToHexString(bytes));
        Assert.Equal(request, NbdRequestHeader.Read(bytes));
        Spoil(bytes);
        Assert.Throws<NbdProtocolException>(() => NbdRequestHeader.Read(bytes));
    }

    [Fact]
    public void Simple_reply_is_the_documented_one()
    {
        var reply = new NbdSimpleReply(NbdError.NoSpace, 7);
        var bytes = new byte[NbdSimpleReply.Size];
        reply.Write(bytes);

        Assert.Equal("67446698" + "0000001C" + "0000000000000007", Convert.ToHexString(bytes));
        Assert.Equal(reply, NbdSimpleReply.Read(bytes));
        Spoil(bytes);
        Assert.Throws<NbdProtocolException>(() => NbdSimpleReply.Read(bytes));
    }

    [Fact]
    public void Chunk_is_the_documented_one()
    {
        var chunk = new NbdChunkHeader(NbdChunkFlags.Done, NbdChunkType.ErrorOffset, 9, 14);
        var bytes = new byte[NbdChunkHeader.Size];
        chunk.Write(bytes);

        Assert.Equal("668E33EF" + "0001" + "8002" + "0000000000000009" + "0000000E", Convert.ToHexString(bytes));
        Assert.Equal(chunk, NbdChunkHeader.Read(bytes));
        Assert.True(chunk is { IsDone: true, IsError: true });
        Assert.True(new NbdChunkHeader(NbdChunkFlags.None, (NbdChunkType)0x8777, 9, 14).IsError);
        Spoil(bytes);
        Assert.Throws<NbdProtocolException>(() => NbdChunkHeader.Read(bytes));
    }

    [Fact]
    public void Option_and_its_answer_are_the_documented_ones()
    {
        var bytes = new byte[NbdOptionHeader.Size];
        new NbdOptionHeader(NbdOption.Go, 5).Write(bytes);
        Assert.Equal("49484156454F5054" + "00000007" + "00000005", Convert.ToHexString(bytes));
        Assert.Equal(new NbdOptionHeader(NbdOption.Go, 5), NbdOptionHeader.Read(bytes));
        Spoil(bytes);
        Assert.Throws<NbdProtocolException>(() => NbdOptionHeader.Read(bytes));

        var reply = new NbdOptionReplyHeader(NbdOption.Go, NbdOptionReplyKind.ErrUnknown, 3);
        bytes = new byte[NbdOptionReplyHeader.Size];
        reply.Write(bytes);
        Assert.Equal("0003E889045565A9" + "00000007" + "80000006" + "00000003", Convert.ToHexString(bytes));
        Assert.Equal(reply, NbdOptionReplyHeader.Read(bytes));
        Assert.True(reply.IsError);
        Spoil(bytes);
        Assert.Throws<NbdProtocolException>(() => NbdOptionReplyHeader.Read(bytes));
    }

    [Fact]
    public void Sizes_are_the_documented_ones()
    {
        var export = new NbdExportSize(1L << 40, NbdTransmissionFlags.HasFlags | NbdTransmissionFlags.SendFlush);
        var bytes = new byte[NbdExportSize.Size];
        export.Write(bytes);
        Assert.Equal("0000010000000000" + "0005", Convert.ToHexString(bytes));
        Assert.Equal(export, NbdExportSize.Read(bytes));
        bytes[0] = 0x80;
        Assert.Throws<NbdProtocolException>(() => NbdExportSize.Read(bytes));

        var extent = new NbdExtent(4096, NbdExtentFlags.Hole | NbdExtentFlags.Zero);
        bytes = new byte[NbdExtent.Size];
        extent.Write(bytes);
        Assert.Equal("00001000" + "00000003", Convert.ToHexString(bytes));
        Assert.Equal(extent, NbdExtent.Read(bytes));
    }

    [Theory]
    [InlineData(1, 4096, 0x2000000, true)]
    [InlineData(512, 512, 512, true)]
    [InlineData(512, 4096, uint.MaxValue, true)]
    [InlineData(0, 4096, 0x2000000, false)]
    [InlineData(3, 4096, 0x2000000, false)]
    [InlineData(0x20000, 0x20000, 0x2000000, false)]
    [InlineData(4096, 512, 0x2000000, false)]
    [InlineData(512, 4095, 0x2000000, false)]
    [InlineData(512, 4096, 0x2000001, false)]
    [InlineData(512, 4096, 2048, false)]
    public void Block_sizes_make_sense_or_are_refused(uint minimum, uint preferred, uint maximum, bool areSound)
    {
        var sizes = new NbdBlockSizes(minimum, preferred, maximum);
        var bytes = new byte[NbdBlockSizes.Size];
        sizes.Write(bytes);

        var refusal = Record.Exception(() => Assert.Equal(sizes, NbdBlockSizes.Read(bytes)));

        Assert.Equal(areSound, refusal is null);
        Assert.True(refusal is null or NbdProtocolException, refusal?.Message);
    }

    [Fact]
    public void Payload_of_Go_is_the_documented_one()
    {
        var request = new NbdExportRequest("disk", [NbdTopic.BlockSize, NbdTopic.Name]);

        var bytes = request.ToBytes();

        Assert.Equal("00000004" + "6469736B" + "0002" + "0003" + "0001", Convert.ToHexString(bytes));
        var read = NbdExportRequest.Read(bytes);
        Assert.Equal(request.Name, read.Name);
        Assert.Equal(request.Wanted.AsEnumerable(), read.Wanted);
        AssertCutIsRefused(bytes, cut => NbdExportRequest.Read(cut));
    }

    [Fact]
    public void Payload_of_a_context_request_is_the_documented_one()
    {
        var request = new NbdContextRequest("", ["base:allocation", "x:"]);

        var bytes = request.ToBytes();

        Assert.Equal(
            "00000000" + "00000002" + "0000000F" + Convert.ToHexString("base:allocation"u8) + "00000002" + "783A",
            Convert.ToHexString(bytes));
        var read = NbdContextRequest.Read(bytes);
        Assert.Equal(request.Name, read.Name);
        Assert.Equal(request.Queries.AsEnumerable(), read.Queries);
        AssertCutIsRefused(bytes, cut => NbdContextRequest.Read(cut));
    }

    [Theory]
    [InlineData("00001001")]
    [InlineData("FFFFFFFF")]
    [InlineData("00000002" + "C328")]
    public void Text_that_is_too_long_or_none_is_refused(string hex) =>
        Assert.Throws<NbdProtocolException>(() => new NbdPayload(Convert.FromHexString(hex)).ReadString());

    [Fact]
    public void Number_of_queries_beyond_the_payload_costs_nothing() =>
        Assert.Throws<NbdProtocolException>(
            () => NbdContextRequest.Read(Convert.FromHexString("00000000" + "7FFFFFFF" + "00000000")));

    /// <summary>Whatever is missing or more than enough at the end is noticed.</summary>
    private static void AssertCutIsRefused(byte[] bytes, Action<byte[]> read)
    {
        for (var length = 0; length < bytes.Length; length++)
        {
            Assert.Throws<NbdProtocolException>(() => read(bytes[..length]));
        }

        Assert.Throws<NbdProtocolException>(() => read([.. bytes, 0]));
    }

    private static void Spoil(byte[] bytes) => bytes[3] ^= 1;
}
