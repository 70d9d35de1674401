using Kcopyd.Nbd.Protocol;

namespace Kcopyd.Nbd.Tests.Client;

/// <summary>Wrong answers to a read of at least 1024 bytes, and what is said of each.</summary>
internal static class ReadLies
{
    /// <summary>By name: what the server does, and a part of the sentence that the user sees.</summary>
    public static IReadOnlyDictionary<string, (Func<FakePeer, NbdRequestHeader, Task> Tell, string Sentence)> All
    {
        get;
    } = new Dictionary<string, (Func<FakePeer, NbdRequestHeader, Task>, string)>
    {
        ["wrong cookie"] = (
            (peer, read) => peer.AnswerAsync(read with { Cookie = read.Cookie + 77 }), "which was not sent"),
        ["cookie of a request answered before"] = (
            async (peer, read) =>
            {
                await peer.AnswerAsync(read with { Cookie = read.Cookie - 1 });
                await peer.AnswerAsync(read);
            },
            "or is answered already"),
        ["short data, then the end"] = (ShortAsync, "closed the connection after"),
        ["half a header, then the end"] = (
            (peer, _) => peer.SendAsync(0x66, 0x8e, 0x33), "closed the connection after 3 of 16 bytes"),
        ["the end at once"] = ((_, _) => Task.CompletedTask, "closed the connection after 0 of 16 bytes"),
        ["more bytes than were asked for"] = (
            (peer, read) => peer.ChunkAsync(
                read, NbdChunkType.OffsetData, [.. FakePeer.Position(read.Offset), .. peer.Data(read), 1]),
            "that were not asked for"),
        ["bytes of before the range"] = (
            (peer, read) => peer.AnswerAsync(read with { Offset = read.Offset - 512 }), "that were not asked for"),
        ["bytes of behind the range"] = (
            (peer, read) => peer.AnswerAsync(read with { Offset = read.Offset + 512 }), "that were not asked for"),
        ["a position beyond everything"] = (
            (peer, read) => peer.ChunkAsync(
                read, NbdChunkType.OffsetData, [.. FakePeer.Position(ulong.MaxValue), .. peer.Data(read)]),
            "that were not asked for"),
        ["bytes that came already"] = (OverlapAsync, "or came already"),
        ["the end of a read without all of its bytes"] = (
            (peer, read) => peer.AnswerAsync(read with { Length = read.Length - 512 }), "without all of its bytes"),
        ["the end of a read without any byte"] = (
            (peer, read) => peer.ChunkAsync(read, NbdChunkType.None), "without all of its bytes"),
        ["data of no bytes"] = (
            (peer, read) => peer.PartAsync(read, NbdChunkType.OffsetData, FakePeer.Position(read.Offset)),
            "a chunk of type 1 and 8 bytes"),
        ["a hole of no bytes"] = (
            (peer, read) => peer.PartAsync(
                read, NbdChunkType.OffsetHole, [.. FakePeer.Position(read.Offset), 0, 0, 0, 0]),
            "sends 0 bytes"),
        ["a hole larger than the range"] = (
            (peer, read) => peer.ChunkAsync(
                read, NbdChunkType.OffsetHole, [.. FakePeer.Position(read.Offset), 255, 255, 255, 255]),
            "sends 4294967295 bytes"),
        ["a chunk of an unknown type"] = (
            (peer, read) => peer.ChunkAsync(read, (NbdChunkType)77, 1, 2, 3), "a chunk of type 77 and 3 bytes"),
        ["extents"] = (
            (peer, read) => peer.ChunkAsync(
                read, NbdChunkType.BlockStatus, [0, 0, 0, 1, .. FakePeer.Extent(read.Length, 0)]),
            "a chunk of type 5"),
        ["nothing without an end"] = (
            (peer, read) => peer.PartAsync(read, NbdChunkType.None), "a chunk of type 0 and 0 bytes"),
        ["a simple reply"] = (
            (peer, read) => peer.SimpleAsync(read.Cookie, peer.Data(read)), "without chunks, which were agreed"),
        ["an error of absurd length"] = (
            (peer, read) => peer.ChunkAsync(
                new NbdChunkHeader(NbdChunkFlags.Done, NbdChunkType.Error, read.Cookie, uint.MaxValue)),
            "says in 4294967295 bytes why"),
        ["an error whose text is longer than itself"] = (
            (peer, read) => peer.ChunkAsync(read, NbdChunkType.Error, 0, 0, 0, 5, 255, 255), "65535 are expected"),
        ["an error of too few bytes"] = (
            (peer, read) => peer.ChunkAsync(read, NbdChunkType.Error, 0, 0), "4 are expected"),
        ["errors without end"] = (ErrorsAsync, "without end"),
        ["rubbish"] = (
            (peer, _) => peer.SendAsync([.. Enumerable.Repeat((byte)0xA5, 64)]), "0xa5a5a5a5"),
        ["nothing"] = ((peer, _) => peer.HangAsync(), "has not answered for"),
    };

    private static async Task ShortAsync(FakePeer peer, NbdRequestHeader read)
    {
        byte[] payload = [.. FakePeer.Position(read.Offset), .. peer.Data(read)];
        await peer.ChunkAsync(
            new NbdChunkHeader(NbdChunkFlags.Done, NbdChunkType.OffsetData, read.Cookie, (uint)payload.Length),
            payload[..^100]);
    }

    private static async Task OverlapAsync(FakePeer peer, NbdRequestHeader read)
    {
        var half = read with { Length = read.Length / 2 };
        await peer.PartAsync(
            half, NbdChunkType.OffsetData, [.. FakePeer.Position(half.Offset), .. peer.Data(half)]);
        await peer.AnswerAsync(read with { Offset = half.Offset + half.Length - 1, Length = half.Length });
    }

    private static async Task ErrorsAsync(FakePeer peer, NbdRequestHeader read)
    {
        while (true)
        {
            await peer.PartAsync(read, NbdChunkType.Error, 0, 0, 0, 5, 0, 0);
        }
    }
}
