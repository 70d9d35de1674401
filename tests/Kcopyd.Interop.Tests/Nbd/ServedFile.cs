using Kcopyd.Tests.Shared;

namespace Kcopyd.Interop.Tests.Nbd;

/// <summary>A file that is served as it is.</summary>
internal sealed class ServedFile(TempDirectory files, string name, int bytes) : ServedDisk(files, name, bytes)
{
    public override IReadOnlyList<string> Arguments => ["--export", $"{Name}={Part("disk")}"];

    public override Task MakeAsync()
    {
        Fill("disk", Bytes, seed: 1);
        return Task.CompletedTask;
    }
}
