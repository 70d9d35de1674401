namespace Kcopyd.Nbd.Protocol;

/// <summary>What <see cref="NbdOption.Info"/> and <see cref="NbdOption.Go"/> can tell.</summary>
internal enum NbdTopic : ushort
{
    /// <summary>The size and the <see cref="NbdTransmissionFlags"/>; always told.</summary>
    Export = 0,

    /// <summary>The name that the export really has.</summary>
    Name = 1,

    /// <summary>A sentence for people.</summary>
    Description = 2,

    /// <summary>The <see cref="NbdBlockSizes"/>.</summary>
    BlockSize = 3,
}
