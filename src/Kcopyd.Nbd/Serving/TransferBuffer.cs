using System.Runtime.InteropServices;

namespace Kcopyd.Nbd.Serving;

/// <summary>Memory for the bytes of one request, aligned for direct I/O, with room before them for the head of a reply,
/// so that both go out in one piece.</summary>
internal sealed class TransferBuffer
{
    private const int Alignment = 4096;

    private readonly byte[] _array;
    private readonly int _data;

    public TransferBuffer(int capacity)
    {
        _array = GC.AllocateUninitializedArray<byte>(capacity + (2 * Alignment), pinned: true);
        var address = Marshal.UnsafeAddrOfPinnedArrayElement(_array, 0);
        _data = (int)(((address + (2 * Alignment) - 1) & -Alignment) - address);
        Capacity = capacity;
    }

    /// <summary>Unit: bytes.</summary>
    public int Capacity { get; }

    /// <summary>What a device had against bytes that were written from here while they came; null: nothing.</summary>
    public Exception? Failure { get; set; }

    public Memory<byte> Data(int length) => _array.AsMemory(_data, length);

    /// <summary>The bytes with so many before them.</summary>
    public Memory<byte> DataBehind(int headBytes, int length) => _array.AsMemory(_data - headBytes, headBytes + length);
}
