using Kcopyd.Tests.Shared;

namespace Kcopyd.Interop.Tests.Nbd;

/// <summary>A table over what a test has made.</summary>
internal sealed class ServedTable(TempDirectory files, string name, int bytes, string table)
    : ServedDisk(files, name, bytes)
{
    public override IReadOnlyList<string> Lines => [$"{Name}: {table}"];

    public override Task MakeAsync() => Task.CompletedTask;
}
