using System.Buffers.Binary;
using System.Text;
using Kcopyd.Nbd.Protocol;
using Kcopyd.Nbd.Serving;

namespace Kcopyd.Nbd.Tests.Serving;

public sealed class ReplyWriterTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    private const ulong Own = 1;
    private const ulong Long = 2;
    private const ulong Others = 3;

    private readonly MemoryStream _stream = new();

    public void Dispose() => _stream.Dispose();

    [Fact]
    public void Own_replies_are_kept_until_they_are_flushed()
    {
        var writer = new ReplyWriter(_stream, isStructured: false);
        for (var cookie = 0UL; cookie < 100; cookie++)
        {
            Assert.True(writer.EndAsync(cookie, NbdError.None).AsTask().IsCompleted);
        }

        Assert.Equal(0, _stream.Length);
        writer.Flush();
        writer.Flush();

        var cookies = _stream.ToArray().Chunk(16).Select(static bytes => NbdSimpleReply.Read(bytes).Cookie);
        Assert.Equal(Enumerable.Range(0, 100).Select(static i => (ulong)i), cookies);
    }

    [Fact]
    public void Own_replies_keep_their_order_whatever_their_size()
    {
        var writer = new ReplyWriter(_stream, isStructured: false);
        int[] sizes = [512, 16_384 - 16, 16_384 - 15, 1, 60_000, 1, 1 << 20, 3, 16_000, 16_000, 16_000, 16_000, 16_000];
        var expected = new MemoryStream();
        for (var i = 0; i < sizes.Length; i++)
        {
            var buffer = new TransferBuffer(sizes[i]);
            buffer.Data(sizes[i]).Span.Fill((byte)i);
            var head = new byte[NbdSimpleReply.Size];
            new NbdSimpleReply(NbdError.None, (ulong)i).Write(head);
            expected.Write([.. head, .. buffer.Data(sizes[i]).Span]);
            Assert.True(writer.DataAsync(Read((ulong)i, 0, sizes[i]), buffer).AsTask().IsCompleted);

            // It was copied or sent: the buffer is free.
            buffer.Data(sizes[i]).Span.Clear();
        }

        writer.Flush();

        Assert.True(expected.ToArray().AsSpan().SequenceEqual(_stream.ToArray()));
    }

    [Fact]
    public async Task Replies_of_other_threads_need_no_flush()
    {
        var writer = new ReplyWriter(_stream, isStructured: false);

        // A thread of its own: one of the pool may be this one.
        var sending = Task.Factory.StartNew(
            () => writer.EndAsync(7, NbdError.Io).AsTask(),
            default,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
        await sending.Unwrap().WaitAsync(Limit);

        Assert.Equal(new NbdSimpleReply(NbdError.Io, 7), NbdSimpleReply.Read(_stream.ToArray()));
        writer.Close();
    }

    /// <summary>A long reply that follows a short one goes out in two pieces, which belong together.</summary>
    [Fact]
    public async Task Replies_of_other_threads_come_between_replies_only()
    {
        const int Bytes = 20_000;
        const int Count = 2000;
        var isOver = false;
        var writer = new ReplyWriter(_stream, isStructured: false);
        var others = Task.Factory.StartNew(
            async () =>
            {
                while (!Volatile.Read(ref isOver))
                {
                    await writer.EndAsync(Others, NbdError.None);
                }
            },
            default,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
        var buffer = new TransferBuffer(Bytes);
        for (var i = 0; i < Count; i++)
        {
            Assert.True(writer.EndAsync(Own, NbdError.None).AsTask().IsCompleted);
            Assert.True(writer.DataAsync(Read(Long, 0, Bytes), buffer).AsTask().IsCompleted);
        }

        writer.Flush();
        Volatile.Write(ref isOver, true);
        await others.Unwrap().WaitAsync(Limit);
        writer.Close();

        var sent = _stream.ToArray();
        for (var at = 0; at < sent.Length;)
        {
            var reply = NbdSimpleReply.Read(sent.AsSpan(at));
            at += NbdSimpleReply.Size + (reply.Cookie == Long ? Bytes : 0);
        }
    }

    [Fact]
    public void Data_in_a_chunk_says_where_it_is()
    {
        var writer = new ReplyWriter(_stream, isStructured: true);
        var buffer = new TransferBuffer(512);
        buffer.Data(512).Span.Fill(9);

        _ = writer.DataAsync(Read(5, 4096, 512), buffer).AsTask();
        writer.Flush();

        var bytes = _stream.ToArray();
        var head = new NbdChunkHeader(NbdChunkFlags.Done, NbdChunkType.OffsetData, 5, 520);
        Assert.Equal(head, NbdChunkHeader.Read(bytes));
        Assert.Equal(4096UL, BinaryPrimitives.ReadUInt64BigEndian(bytes.AsSpan(NbdChunkHeader.Size)));
        Assert.All(bytes[(NbdChunkHeader.Size + 8)..], value => Assert.Equal(9, value));
    }

    [Theory]
    [InlineData(10, 10)]
    [InlineData(4096, 4096)]
    [InlineData(4097, 0)]
    public void Reason_goes_along_where_it_fits(int letters, int told)
    {
        var writer = new ReplyWriter(_stream, isStructured: true);

        _ = writer.FailAsync(5, NbdError.NoSpace, new string('x', letters), offset: 77).AsTask();
        writer.Flush();

        var bytes = _stream.ToArray();
        var payload = bytes.AsSpan(NbdChunkHeader.Size);
        Assert.Equal((NbdChunkType.ErrorOffset, (uint)payload.Length),
            (NbdChunkHeader.Read(bytes).Type, NbdChunkHeader.Read(bytes).Length));
        Assert.Equal((uint)NbdError.NoSpace, BinaryPrimitives.ReadUInt32BigEndian(payload));
        Assert.Equal(told, BinaryPrimitives.ReadUInt16BigEndian(payload[4..]));
        Assert.Equal(new string('x', told), Encoding.UTF8.GetString(payload[6..^8]));
        Assert.Equal(77, BinaryPrimitives.ReadInt64BigEndian(payload[^8..]));
    }

    [Fact]
    public void Client_that_is_gone_does_no_harm()
    {
        var writer = new ReplyWriter(_stream, isStructured: false);
        _stream.Dispose();

        _ = writer.EndAsync(1, NbdError.None).AsTask();
        writer.Flush();
        _ = writer.DataAsync(Read(2, 0, 1 << 20), new TransferBuffer(1 << 20)).AsTask();

        writer.Close();
    }

    private static NbdRequestHeader Read(ulong cookie, ulong offset, int length) =>
        new(NbdCommandFlags.None, NbdCommand.Read, cookie, offset, (uint)length);
}
