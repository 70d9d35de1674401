namespace Kcopyd.Nbd.Protocol;

/// <summary>What <c>base:allocation</c> says of an extent.</summary>
[Flags]
internal enum NbdExtentFlags : uint
{
    /// <summary>It holds data.</summary>
    None = 0,

    /// <summary>Nothing is allocated.</summary>
    Hole = 1 << 0,

    /// <summary>It reads as zeros.</summary>
    Zero = 1 << 1,
}
