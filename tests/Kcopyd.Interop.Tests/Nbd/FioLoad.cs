using System.Diagnostics;

namespace Kcopyd.Interop.Tests.Nbd;

/// <summary>fio that writes to a part of an export until the server goes away, or this is disposed.</summary>
internal sealed class FioLoad(string uri, int seed, long offset, long bytes) : IDisposable
{
    private readonly Process _process = Fio.StartWriting(uri, seed, offset, bytes);

    public void Dispose()
    {
        // fio's jobs are processes of their own.
        _process.Kill(entireProcessTree: true);
        _process.WaitForExit();
        _process.Dispose();
    }
}
