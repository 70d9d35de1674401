using System.Runtime.InteropServices;

namespace Kcopyd.Devices;

/// <summary>struct statx, as far as it is read here.</summary>
[StructLayout(LayoutKind.Explicit, Size = 256)]
internal struct LinuxStatusBuffer
{
    [FieldOffset(0x00)]
    internal uint Mask;

    [FieldOffset(0x04)]
    internal uint BlockSize;

    [FieldOffset(0x10)]
    internal uint LinkCount;

    [FieldOffset(0x1C)]
    internal ushort Mode;

    [FieldOffset(0x20)]
    internal ulong Inode;

    [FieldOffset(0x28)]
    internal long Size;

    [FieldOffset(0x50)]
    internal long BirthSeconds;

    [FieldOffset(0x58)]
    internal uint BirthNanoseconds;

    [FieldOffset(0x70)]
    internal long ModifiedSeconds;

    [FieldOffset(0x78)]
    internal uint ModifiedNanoseconds;

    [FieldOffset(0x80)]
    internal uint SpecialMajor;

    [FieldOffset(0x84)]
    internal uint SpecialMinor;

    [FieldOffset(0x88)]
    internal uint DeviceMajor;

    [FieldOffset(0x8C)]
    internal uint DeviceMinor;

    [FieldOffset(0x98)]
    internal uint DirectMemoryAlignment;

    [FieldOffset(0x9C)]
    internal uint DirectOffsetAlignment;
}
