using Kcopyd.Core;
using Kcopyd.Devices;
using Kcopyd.Nbd.Protocol;
using Kcopyd.Tests.Shared;

namespace Kcopyd.Nbd.Tests.Serving;

/// <summary>A device that fuzzed clients write, and what none of them may have written.</summary>
internal sealed class FuzzedDisk : IAsyncDisposable
{
    public const int Length = 2 << 20;

    private const int Block = 512;

    private readonly byte[] _content = TempDirectory.Bytes(Length, 7);
    private readonly bool[] _isTouched = new bool[Length / Block];
    private readonly bool[] _wasTouched = new bool[Length / Block];

    /// <summary>How many blocks were seen to have changed, in all rounds.</summary>
    public int ChangedBlocks { get; private set; }

    public MemoryBlockDevice Device { get; } = new(2.MiB, Block);

    public ValueTask DisposeAsync() => Device.DisposeAsync();

    /// <summary>Puts the first content back. What clients said in the round before may still be done: a server ends the
    /// requests of those who have gone.</summary>
    public async Task ResetAsync()
    {
        _isTouched.CopyTo(_wasTouched, 0);
        Array.Clear(_isTouched);
        await Device.WriteAsync(0, _content, WriteDurability.Cached, default);
    }

    /// <summary>Notes all that a server could understand as sound requests to write, wherever they begin.</summary>
    public void Allow(byte[] said)
    {
        foreach (var at in SaidWords.At(said, NbdMagic.Request, NbdRequestHeader.Size))
        {
            Allow(NbdRequestHeader.Read(said.AsSpan(at)), said.Length - at - NbdRequestHeader.Size);
        }
    }

    /// <summary>Bytes that a client read are the first ones, but where somebody may have written.</summary>
    public void CheckRead(long offset, ReadOnlySpan<byte> bytes)
    {
        for (var done = 0; done < bytes.Length; done += Block)
        {
            var (at, length) = ((int)offset + done, Math.Min(Block, bytes.Length - done));
            Assert.True(
                MayDiffer(at / Block) || bytes.Slice(done, length).SequenceEqual(_content.AsSpan(at, length)),
                $"{at} was read wrong");
        }
    }

    /// <summary>Blocks that no sound request has named are as they were.</summary>
    /// <returns>How many those are.</returns>
    public async Task<int> CheckAsync()
    {
        var now = new byte[Length];
        await Device.ReadAsync(0, now, default);
        var checkedBlocks = 0;
        for (var block = 0; block < _isTouched.Length; block++)
        {
            var range = new Range(block * Block, (block + 1) * Block);
            var isChanged = !now.AsSpan(range).SequenceEqual(_content.AsSpan(range));
            var isAllowed = MayDiffer(block);
            Assert.True(isAllowed || !isChanged, $"block {block} was written");
            checkedBlocks += isAllowed ? 0 : 1;
            ChangedBlocks += isChanged ? 1 : 0;
        }

        return checkedBlocks;
    }

    private bool MayDiffer(int block) => _isTouched[block] || _wasTouched[block];

    private void Allow(NbdRequestHeader request, int bytesBehind)
    {
        // Of a write that does not come to its end what has come may be written.
        var isSound = request.Command is NbdCommand.Write or NbdCommand.WriteZeroes or NbdCommand.Trim;
        if (isSound && request.Offset <= Length && request.Length <= Length - request.Offset)
        {
            var most = request.Command == NbdCommand.Write ? (uint)bytesBehind : uint.MaxValue;
            var (first, end) = (request.Offset / Block, (request.Offset + Math.Min(request.Length, most)) / Block);
            Array.Fill(_isTouched, true, (int)first, (int)(end - first));
        }
    }
}
