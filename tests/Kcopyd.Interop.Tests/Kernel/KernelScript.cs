namespace Kcopyd.Interop.Tests.Kernel;

/// <summary>The scripts that run in a <see cref="KernelVm"/>.</summary>
internal static class KernelScript
{
    /// <summary>A script about mirrors: <c>Scripts/mirror.sh</c>, then the one named, then further lines.</summary>
    public static string Mirror(string name, string further = "") => Of(["dm", "mirror", name], further);

    /// <summary>A script about snapshots: <c>Scripts/snapshot.sh</c>, then those named, then further lines.</summary>
    public static string Snapshot(string[] names, string further = "") => Of(["dm", "snapshot", .. names], further);

    private static string Of(string[] names, string further) =>
        string.Join('\n', [.. names.Select(Read), further, ""]);

    private static string Read(string name) =>
        File.ReadAllText(Path.Combine(AppContext.BaseDirectory, $"Kernel/Scripts/{name}.sh"));
}
