using Kcopyd.Nbd.Client;
using Kcopyd.Nbd.Protocol;
using Kcopyd.Nbd.Transport;

namespace Kcopyd.Nbd.Tests.Client;

/// <summary>What is asked for, and what is made of answers, without a connection.</summary>
public sealed class ClientNegotiationTests : IDisposable
{
    private const NbdTransmissionFlags Flags = NbdTransmissionFlags.HasFlags | NbdTransmissionFlags.SendFlush;

    private readonly MemoryStream _answers = new();
    private readonly MemoryStream _asked = new();

    public void Dispose()
    {
        _answers.Dispose();
        _asked.Dispose();
    }

    [Fact]
    public async Task Server_that_knows_all_is_used_for_all()
    {
        Greet(NbdHandshakeFlags.FixedNewstyle | NbdHandshakeFlags.NoZeroes);
        Reply(NbdOption.StructuredReply, NbdOptionReplyKind.Ack);
        Reply(NbdOption.SetMetaContext, NbdOptionReplyKind.MetaContext, [0, 0, 0, 7, .. "base:allocation"u8]);
        Reply(NbdOption.SetMetaContext, NbdOptionReplyKind.Ack);
        Reply(NbdOption.Go, NbdOptionReplyKind.Info, FakePeer.SizeTopic(5000));
        Reply(NbdOption.Go, NbdOptionReplyKind.Info, FakePeer.SizesTopic(new NbdBlockSizes(512, 4096, 65536)));
        Reply(NbdOption.Go, NbdOptionReplyKind.Ack);

        var terms = await TakeAsync();

        Assert.Equal(5000, terms.Size.LengthBytes);
        Assert.Equal(
            (new NbdBlockSizes(512, 4096, 65536), true, (uint?)7),
            (terms.Sizes, terms.IsStructured, terms.AllocationContext));
        Assert.Equal([NbdOption.StructuredReply, NbdOption.SetMetaContext, NbdOption.Go], Asked());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Server_that_knows_nothing_is_used_as_servers_were(bool noZeroes)
    {
        Greet(NbdHandshakeFlags.FixedNewstyle | (noZeroes ? NbdHandshakeFlags.NoZeroes : 0));
        Reply(NbdOption.StructuredReply, NbdOptionReplyKind.ErrUnsupported);
        Reply(NbdOption.Go, NbdOptionReplyKind.ErrUnsupported);
        var size = new byte[NbdExportSize.Size + (noZeroes ? 0 : 124)];
        new NbdExportSize(5000, Flags).Write(size);
        _answers.Write(size);

        var terms = await TakeAsync();

        Assert.Equal(new NbdExportSize(5000, Flags), terms.Size);
        Assert.Equal(
            (NbdBlockSizes.Default, false, (uint?)null),
            (terms.Sizes, terms.IsStructured, terms.AllocationContext));
        Assert.Equal([NbdOption.StructuredReply, NbdOption.Go, NbdOption.ExportName], Asked());
        Assert.Equal(_answers.Length, _answers.Position);
    }

    [Fact]
    public async Task Context_of_another_name_is_not_the_one_that_was_asked_for()
    {
        Greet(NbdHandshakeFlags.FixedNewstyle);
        Reply(NbdOption.StructuredReply, NbdOptionReplyKind.Ack);
        Reply(NbdOption.SetMetaContext, NbdOptionReplyKind.MetaContext, [0, 0, 0, 7, .. "base:allocations"u8]);
        Reply(NbdOption.SetMetaContext, NbdOptionReplyKind.Ack);
        Reply(NbdOption.Go, NbdOptionReplyKind.Info, FakePeer.SizeTopic(5000));
        Reply(NbdOption.Go, NbdOptionReplyKind.Ack);

        var terms = await TakeAsync();

        Assert.Null(terms.AllocationContext);
    }

    [Theory]
    [InlineData("ErrUnknown")]
    [InlineData("ErrPolicy")]
    [InlineData("ErrTlsRequired")]
    public async Task Export_that_is_refused_is_not_asked_for_in_the_old_way(string name)
    {
        var kind = Enum.Parse<NbdOptionReplyKind>(name);
        Greet(NbdHandshakeFlags.FixedNewstyle);
        Reply(NbdOption.StructuredReply, NbdOptionReplyKind.ErrUnsupported);
        Reply(NbdOption.Go, kind, [.. "not for you"u8]);

        var refusal = await Assert.ThrowsAsync<NbdExportException>(TakeAsync);

        Assert.Equal(kind, refusal.Kind);
        Assert.Equal("the server refuses the export 'disk': not for you", refusal.Message);
        Assert.Equal([NbdOption.StructuredReply, NbdOption.Go], Asked());
    }

    private void Greet(NbdHandshakeFlags flags)
    {
        var greeting = new byte[NbdGreeting.Size];
        new NbdGreeting(flags).Write(greeting);
        _answers.Write(greeting);
    }

    private void Reply(NbdOption option, NbdOptionReplyKind kind, params byte[] payload)
    {
        var header = new byte[NbdOptionReplyHeader.Size];
        new NbdOptionReplyHeader(option, kind, (uint)payload.Length).Write(header);
        _answers.Write(header);
        _answers.Write(payload);
    }

    private async Task<NbdTerms> TakeAsync()
    {
        _answers.Position = 0;
        var negotiation = new ClientNegotiation("disk");
        await negotiation.GreetAsync(_asked, new NbdReader(_answers), default);
        return await negotiation.TakeAsync(default);
    }

    /// <summary>The options behind the client's flags.</summary>
    private List<NbdOption> Asked()
    {
        List<NbdOption> options = [];
        var bytes = _asked.ToArray().AsSpan(sizeof(uint));
        while (!bytes.IsEmpty)
        {
            var header = NbdOptionHeader.Read(bytes);
            options.Add(header.Option);
            bytes = bytes[(NbdOptionHeader.Size + (int)header.Length)..];
        }

        return options;
    }
}
