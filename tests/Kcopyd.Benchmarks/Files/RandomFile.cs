using Kcopyd.Core;

namespace Kcopyd.Benchmarks.Files;

/// <summary>Files that no program can take short cuts with: no two blocks alike, no zeros, no holes.</summary>
internal static class RandomFile
{
    private static readonly int BlockSize = (int)1.MiB.Value;

    /// <summary>Makes a file of bytes that follow a seed, allocated and on its medium on return.</summary>
    public static void Create(string path, ByteCount size, int seed, CancellationToken cancellationToken)
    {
        using var file = File.OpenHandle(
            path, FileMode.CreateNew, FileAccess.Write, FileShare.None, FileOptions.None, size.Value);
        var random = new Random(seed);
        var block = new byte[BlockSize];
        for (long offset = 0; offset < size.Value; offset += BlockSize)
        {
            cancellationToken.ThrowIfCancellationRequested();
            random.NextBytes(block);
            var count = (int)Math.Min(BlockSize, size.Value - offset);
            RandomAccess.Write(file, block.AsSpan(0, count), offset);
        }

        RandomAccess.FlushToDisk(file);
    }
}
