namespace Kcopyd.Interop.Tests.Kernel;

/// <summary>The scripts that run in a <see cref="KernelVm"/>.</summary>
internal static class KernelScript
{
    /// <summary>A script about mirrors: <c>Scripts/mirror.sh</c>, then the one named, then further lines.</summary>
    public static string Mirror(string name, string further = "") => $"{Read("mirror")}\n{Read(name)}\n{further}\n";

    private static string Read(string name) =>
        File.ReadAllText(Path.Combine(AppContext.BaseDirectory, $"Kernel/Scripts/{name}.sh"));
}
