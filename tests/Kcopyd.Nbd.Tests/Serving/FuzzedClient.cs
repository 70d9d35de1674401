using System.Buffers.Binary;
using System.Text;
using Kcopyd.Nbd.Protocol;

namespace Kcopyd.Nbd.Tests.Serving;

/// <summary>What one client says from its first byte to its last: half of them are honest, the others
/// mutated.</summary>
/// <remarks>The generator knows the protocol, so that most of what it says is understood up to the wrong
/// place.</remarks>
internal sealed class FuzzedClient(Random random, long diskBytes)
{
    private const int Block = 512;
    private const int ShortRequest = 8;
    private const int LongRead = 128;

    private static readonly string[] Exports = ["disk", "disk", "mixed", "mixed", "read-only", "absent", ""];

    private static readonly ulong[] Edges =
    [
        0, 1, 27, 511, 512, 513, 4096, 65536, (1 << 20) + 1, 32 << 20, (32 << 20) + 1, int.MaxValue, 1UL << 31,
        uint.MaxValue, long.MaxValue, 1UL << 63, ulong.MaxValue, ulong.MaxValue - 511,
    ];

    private readonly List<byte[]> _messages = [];
    private readonly List<NbdRequestHeader> _requests = [];

    /// <summary>How many messages there are.</summary>
    public int Count => _messages.Count;

    /// <summary>Whether it says what the protocol allows, in order and whole.</summary>
    public bool IsHonest { get; private set; } = true;

    /// <summary>The cookies of all requests that an honest one has an answer to, if it comes to ask them.</summary>
    public IEnumerable<ulong> Cookies => _requests
        .TakeWhile(static request => request.Command != NbdCommand.Disconnect)
        .Select(static request => request.Cookie);

    /// <summary>All of them, as they go over the wire.</summary>
    public byte[] ToBytes() => [.. _messages.SelectMany(static message => message)];

    /// <summary>Draws a client.</summary>
    public FuzzedClient Draw()
    {
        _messages.Add([0, 0, 0, 3]);
        for (var options = random.Next(4); options > 0; options--)
        {
            _messages.Add(DrawOption());
        }

        _messages.Add(Take(Exports[random.Next(Exports.Length)], isGo: random.Next(4) > 0));
        for (var requests = random.Next(60); requests > 0; requests--)
        {
            _messages.Add(DrawRequest());
        }

        if (random.Next(2) == 0)
        {
            IsHonest = false;
            for (var mutations = random.Next(1, 4); mutations > 0 && _messages.Count > 0; mutations--)
            {
                Mutate(random.Next(_messages.Count));
            }
        }

        return this;
    }

    private byte[] DrawOption()
    {
        var name = Exports[random.Next(Exports.Length)];
        var contexts = new NbdContextRequest(name, [NbdContextRequest.BaseAllocation]).ToBytes();
        return random.Next(40) switch
        {
            < 16 => Option(NbdOption.StructuredReply, []),
            < 24 => Option(NbdOption.SetMetaContext, contexts),
            < 28 => Option(NbdOption.ListMetaContext, contexts),
            < 32 => Option(NbdOption.Info, new NbdExportRequest(name, [NbdTopic.BlockSize, NbdTopic.Name]).ToBytes()),
            < 36 => Option(NbdOption.List, []),
            36 => Option(NbdOption.Abort, []),
            37 => Option(NbdOption.StartTls, []),
            _ => Option((NbdOption)random.Next(100), Rubbish(random.Next(64))),
        };
    }

    private static byte[] Take(string name, bool isGo) => isGo
        ? Option(NbdOption.Go, new NbdExportRequest(name, []).ToBytes())
        : Option(NbdOption.ExportName, Encoding.UTF8.GetBytes(name));

    private static byte[] Option(NbdOption option, byte[] payload)
    {
        var bytes = new byte[NbdOptionHeader.Size + payload.Length];
        new NbdOptionHeader(option, (uint)payload.Length).Write(bytes);
        payload.CopyTo(bytes, NbdOptionHeader.Size);
        return bytes;
    }

    private byte[] DrawRequest()
    {
        var command = random.Next(3) == 0 ? NbdCommand.Read : (NbdCommand)random.Next(9);
        if (command == NbdCommand.Disconnect && random.Next(20) > 0)
        {
            command = NbdCommand.Write;
        }

        var flags = random.Next(4) == 0 ? (NbdCommandFlags)(1 << random.Next(6)) : NbdCommandFlags.None;
        var blocks = command == NbdCommand.Read && random.Next(2) == 0 ? LongRead : ShortRequest;
        var length = (uint)random.Next(1, blocks + 1) * Block;
        var offset = (ulong)random.NextInt64((diskBytes / Block) - blocks) * Block;
        var request = command == NbdCommand.Flush
            ? new NbdRequestHeader(flags, command, (ulong)random.NextInt64(), 0, 0)
            : new NbdRequestHeader(flags, command, (ulong)random.NextInt64(), offset, length);
        var bytes = new byte[NbdRequestHeader.Size + (command == NbdCommand.Write ? (int)length : 0)];
        random.NextBytes(bytes);
        request.Write(bytes);
        _requests.Add(request);
        return bytes;
    }

    private void Mutate(int at)
    {
        var message = _messages[at];
        switch (random.Next(8))
        {
            case 0 or 1 when message.Length > 0:
                message[random.Next(Math.Min(message.Length, NbdRequestHeader.Size))] = (byte)random.Next(256);
                break;
            case 2 or 3 when message.Length >= NbdOptionHeader.Size:
                SetField(message);
                break;
            case 4:
                _messages[at] = message[..random.Next(message.Length + 1)];
                break;
            case 5:
                _messages.Insert(at, Rubbish(random.Next(200)));
                break;
            case 6:
                _messages.Insert(random.Next(_messages.Count), [.. message]);
                break;
            default:
                _messages.RemoveRange(at, random.Next(Math.Min(3, _messages.Count - at)));
                break;
        }
    }

    /// <summary>A position or a length becomes an edge; those of a request are behind byte 16, of an option at
    /// 12.</summary>
    private void SetField(byte[] message)
    {
        var edge = random.Next(4) == 0 ? (ulong)diskBytes - (ulong)random.Next(2) : Edges[random.Next(Edges.Length)];
        if (message.Length < NbdRequestHeader.Size || random.Next(4) == 0)
        {
            BinaryPrimitives.WriteUInt32BigEndian(message.AsSpan(12), (uint)edge);
        }
        else if (random.Next(2) == 0)
        {
            BinaryPrimitives.WriteUInt64BigEndian(message.AsSpan(16), edge);
        }
        else
        {
            BinaryPrimitives.WriteUInt32BigEndian(message.AsSpan(24), (uint)edge);
        }
    }

    private byte[] Rubbish(int length)
    {
        var bytes = new byte[length];
        random.NextBytes(bytes);
        return bytes;
    }
}
