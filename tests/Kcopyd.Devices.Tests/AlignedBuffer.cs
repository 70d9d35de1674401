using System.Buffers;
using System.Runtime.InteropServices;

namespace Kcopyd.Devices.Tests;

/// <summary>Native memory aligned to a page, as direct I/O wants it.</summary>
internal sealed unsafe class AlignedBuffer : MemoryManager<byte>
{
    private readonly byte* _memory;
    private readonly int _length;

    public AlignedBuffer(int length)
    {
        _length = length;
        _memory = (byte*)NativeMemory.AlignedAlloc((nuint)Math.Max(length, 1), 4096);
        GetSpan().Fill(0xEE);
    }

    public AlignedBuffer(ReadOnlySpan<byte> content)
        : this(content.Length)
    {
        content.CopyTo(GetSpan());
    }

    public override Span<byte> GetSpan() => new(_memory, _length);

    public override MemoryHandle Pin(int elementIndex = 0) => new(_memory + elementIndex);

    public override void Unpin()
    {
    }

    protected override void Dispose(bool disposing) => NativeMemory.AlignedFree(_memory);
}
