using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Kcopyd.Core;
using Kcopyd.Devices;
using Kcopyd.Nbd.Protocol;
using Kcopyd.Nbd.Serving;
using Kcopyd.Nbd.Transport;
using Kcopyd.Tests.Shared;

namespace Kcopyd.Nbd.Tests.Serving;

/// <summary>Clients that take the step to TLS byte by byte, right and wrong.</summary>
public sealed class StartTlsTests : IAsyncDisposable
{
    private const NbdOptionReplyKind Ack = NbdOptionReplyKind.Ack;

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);
    private static readonly byte[] Flags = [0, 0, 0, 3];

    private readonly TempDirectory _directory = new();
    private readonly X509Certificate2 _certificate = SelfSigned.Create("localhost");
    private readonly TaskCompletionSource<Exception> _failure = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private NbdServer? _server;

    public async ValueTask DisposeAsync()
    {
        _socket.Dispose();
        await _server!.DisposeAsync();
        _certificate.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public async Task What_was_agreed_before_counts_no_more()
    {
        await using var stream = await ConnectAsync(new NbdServerOptions());
        var plain = await GreetAsync(stream);
        await SendAsync(stream, NbdOption.StructuredReply);
        Assert.Equal(Ack, await ReplyAsync(plain));
        await SendAsync(stream, NbdOption.SetMetaContext, Contexts);
        Assert.Equal(NbdOptionReplyKind.MetaContext, await ReplyAsync(plain));
        Assert.Equal(Ack, await ReplyAsync(plain));

        await using var encrypted = await EncryptAsync(stream, plain);
        var reader = new NbdReader(encrypted);
        await SendAsync(encrypted, NbdOption.SetMetaContext, Contexts);
        Assert.Equal(NbdOptionReplyKind.ErrInvalid, await ReplyAsync(reader));
        await SendAsync(encrypted, NbdOption.StartTls);
        Assert.Equal(NbdOptionReplyKind.ErrInvalid, await ReplyAsync(reader));
        await SendAsync(encrypted, NbdOption.ExportName, Encoding.UTF8.GetBytes("disk"));
        await reader.SkipAsync(NbdExportSize.Size, default);
        var read = new byte[NbdRequestHeader.Size];
        new NbdRequestHeader(NbdCommandFlags.None, NbdCommand.Read, 9, 0, 512).Write(read);
        await encrypted.WriteAsync(read);

        // A chunk here would say that the agreement of the plain connection still counts.
        var reply = await reader.TakeAsync(NbdSimpleReply.Size, default).AsTask().WaitAsync(Limit);
        Assert.Equal(new NbdSimpleReply(NbdError.None, 9), NbdSimpleReply.Read(reply.Span));
    }

    [Fact]
    public async Task All_but_tls_and_the_end_is_refused_where_tls_is_required()
    {
        await using var stream = await ConnectAsync(new NbdServerOptions { RequireTls = true });
        var reader = await GreetAsync(stream);
        foreach (var option in Enum.GetValues<NbdOption>().Except(
            [NbdOption.StartTls, NbdOption.Abort, NbdOption.ExportName]))
        {
            await SendAsync(stream, option);
            Assert.Equal(NbdOptionReplyKind.ErrTlsRequired, await ReplyAsync(reader));
        }

        await SendAsync(stream, NbdOption.ExportName, Encoding.UTF8.GetBytes("disk"));

        Assert.True(await reader.IsAtEndAsync(1, default).AsTask().WaitAsync(Limit));
        var failure = Assert.IsType<NbdProtocolException>(await _failure.Task.WaitAsync(Limit));
        Assert.Equal("the client takes an export without TLS, which is required", failure.Message);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(16)]
    [InlineData(1000)]
    public async Task Bytes_behind_the_request_for_tls_are_refused(int count)
    {
        await using var stream = await ConnectAsync(new NbdServerOptions());
        var reader = await GreetAsync(stream);

        // In one segment, as somebody on the way would put it: an option that must not pass for encrypted.
        await SendAsync(stream, NbdOption.StartTls, behind: new byte[count]);

        Assert.Equal(Ack, await ReplyAsync(reader));
        Assert.True(await reader.IsAtEndAsync(1, default).AsTask().WaitAsync(Limit));
        var failure = Assert.IsType<NbdProtocolException>(await _failure.Task.WaitAsync(Limit));
        Assert.Contains($"{count} bytes in plain text", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(40)]
    public async Task Client_that_stalls_in_the_handshake_of_tls_is_ended(int count)
    {
        await using var stream = await ConnectAsync(
            new NbdServerOptions { HandshakeTimeout = TimeSpan.FromMilliseconds(200) });
        var reader = await GreetAsync(stream);
        await SendAsync(stream, NbdOption.StartTls);
        Assert.Equal(Ack, await ReplyAsync(reader));

        // The beginning of a record of 512 bytes.
        byte[] record = [0x16, 3, 1, 2, 0, .. new byte[512]];
        await stream.WriteAsync(record.AsMemory(0, count));

        Assert.True(await reader.IsAtEndAsync(1, default).AsTask().WaitAsync(Limit));
        Assert.IsType<OperationCanceledException>(await _failure.Task.WaitAsync(Limit));
    }

    [Fact]
    public async Task Client_that_does_not_take_its_answers_is_ended()
    {
        await using var stream = await ConnectAsync(
            new NbdServerOptions { HandshakeTimeout = TimeSpan.FromMilliseconds(500) });
        await GreetAsync(stream);
        for (var i = 0; i < 200; i++)
        {
            _server!.Add(new NbdExport($"{i}", Disk) { Description = new string('x', 4000) });
        }

        for (var i = 0; i < 20; i++)
        {
            await SendAsync(stream, NbdOption.List);
        }

        Assert.IsType<OperationCanceledException>(await _failure.Task.WaitAsync(Limit));
    }

    [Fact]
    public async Task Client_that_speaks_no_tls_is_ended()
    {
        await using var stream = await ConnectAsync(new NbdServerOptions());
        var reader = await GreetAsync(stream);
        await SendAsync(stream, NbdOption.StartTls);
        Assert.Equal(Ack, await ReplyAsync(reader));

        await SendAsync(stream, NbdOption.List);

        Assert.NotNull(await _failure.Task.WaitAsync(Limit));
        Assert.Empty(_server!.GetClients());
    }

    private static MemoryBlockDevice Disk => new(1.MiB);

    private static byte[] Contexts => new NbdContextRequest("disk", [NbdContextRequest.BaseAllocation]).ToBytes();

    private async Task<NetworkStream> ConnectAsync(NbdServerOptions options)
    {
        _server = new NbdServer(options with { Certificate = _certificate })
        {
            ConnectionFailed = failure => _failure.TrySetResult(failure),
        };
        _server.Add(new NbdExport("disk", Disk));
        var at = new UnixDomainSocketEndPoint(_directory["socket"]);
        _server.Listen(at);
        await _socket.ConnectAsync(at);
        return new NetworkStream(_socket);
    }

    private static async Task<NbdReader> GreetAsync(NetworkStream stream)
    {
        var reader = new NbdReader(stream);
        await reader.SkipAsync(NbdGreeting.Size, default);
        await stream.WriteAsync(Flags);
        return reader;
    }

    private static async Task<SslStream> EncryptAsync(NetworkStream stream, NbdReader reader)
    {
        await SendAsync(stream, NbdOption.StartTls);
        Assert.Equal(Ack, await ReplyAsync(reader));
#pragma warning disable CA5359 // who the server is, is the affair of other tests
        var encrypted = new SslStream(stream, true, static (_, _, _, _) => true);
#pragma warning restore CA5359
        await encrypted.AuthenticateAsClientAsync("localhost").WaitAsync(Limit);
        return encrypted;
    }

    private static async Task SendAsync(Stream stream, NbdOption option, byte[]? payload = null, byte[]? behind = null)
    {
        var header = new byte[NbdOptionHeader.Size];
        new NbdOptionHeader(option, (uint)(payload?.Length ?? 0)).Write(header);
        byte[] bytes = [.. header, .. payload ?? [], .. behind ?? []];
        await stream.WriteAsync(bytes);
    }

    private static async Task<NbdOptionReplyKind> ReplyAsync(NbdReader reader)
    {
        var bytes = await reader.TakeAsync(NbdOptionReplyHeader.Size, default).AsTask().WaitAsync(Limit);
        var header = NbdOptionReplyHeader.Read(bytes.Span);
        await reader.SkipAsync(header.Length, default);
        return header.Kind;
    }
}
