using System.Security.Cryptography;
using Kcopyd.Core;
using Microsoft.Win32.SafeHandles;

namespace Kcopyd.Cli.Demonstration;

/// <summary>The files of a demonstration, in a directory of their own that goes with it.</summary>
internal sealed class DemoFiles : IDisposable
{
    /// <summary>Large enough to be killed halfway, small enough for half a minute.</summary>
    internal static readonly ByteCount ImageSize = 256.MiB;

    /// <summary>The image, two copies, and a journal.</summary>
    private static readonly ByteCount Needed = new((3 * ImageSize.Value) + 32.MiB.Value);

    private const int BlockLength = 1 << 20;

    private DemoFiles(string directory) => Directory = directory;

    internal string Directory { get; }

    internal string Image => Path.Combine(Directory, "image");

    internal string First => Path.Combine(Directory, "first");

    internal string Second => Path.Combine(Directory, "second");

    internal string Journal => Path.Combine(Directory, "journal.db");

    /// <summary>Makes the directory.</summary>
    /// <exception cref="RefusedException">There is no room.</exception>
    internal static DemoFiles Create()
    {
        var temporary = Path.GetTempPath();
        var free = new DriveInfo(temporary).AvailableFreeSpace;
        return free >= Needed.Value
            ? new DemoFiles(System.IO.Directory.CreateTempSubdirectory("kcopyd-demo-").FullName)
            : throw new RefusedException(
                $"the demonstration needs {Needed} in {temporary}, where {SizeText.Format(free)} are free; "
                + "TMPDIR names another directory");
    }

    /// <summary>Fills the image with bytes that nobody can guess.</summary>
    internal async Task FillImageAsync(CancellationToken cancellationToken)
    {
        var image = File.Create(Image, BlockLength);
        await using (image.ConfigureAwait(false))
        {
            var block = new byte[BlockLength];
            for (var left = ImageSize.Value; left > 0; left -= block.Length)
            {
                RandomNumberGenerator.Fill(block);
                await image.WriteAsync(block, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Compares a copy with the image, byte for byte.</summary>
    internal async Task<bool> IsCopyAsync(string path, CancellationToken cancellationToken)
    {
        using var image = File.OpenHandle(Image);
        using var copy = File.OpenHandle(path);
        if (RandomAccess.GetLength(image) != RandomAccess.GetLength(copy))
        {
            return false;
        }

        var (expected, actual) = (new byte[BlockLength], new byte[BlockLength]);
        for (var offset = 0L; offset < ImageSize.Value; offset += BlockLength)
        {
            await ReadAsync(image, expected, offset, cancellationToken).ConfigureAwait(false);
            await ReadAsync(copy, actual, offset, cancellationToken).ConfigureAwait(false);
            if (!expected.AsSpan().SequenceEqual(actual))
            {
                return false;
            }
        }

        return true;
    }

    /// <inheritdoc/>
    public void Dispose() => System.IO.Directory.Delete(Directory, recursive: true);

    private static async Task ReadAsync(
        SafeFileHandle file, Memory<byte> block, long offset, CancellationToken cancellationToken)
    {
        while (!block.IsEmpty)
        {
            var read = await RandomAccess.ReadAsync(file, block, offset, cancellationToken).ConfigureAwait(false);
            if (read == 0)
            {
                throw new EndOfStreamException("A file of the demonstration became shorter.");
            }

            (block, offset) = (block[read..], offset + read);
        }
    }
}
