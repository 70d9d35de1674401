namespace Kcopyd.Cli.Requests;

/// <summary>Where a server tells how it is, and where it keeps what has to be known after a restart.</summary>
/// <param name="variable">The environment.</param>
/// <param name="isRoot">Whether the process is root's.</param>
internal sealed class ControlPlace(Func<string, string?> variable, bool isRoot)
{
    private const string Directory = "kcopyd";
    private const string SocketName = "control";
    private const string StateName = "serve";

    /// <summary>Of this process.</summary>
    internal static ControlPlace Here { get; } =
        new(Environment.GetEnvironmentVariable, Environment.IsPrivilegedProcess);

    /// <summary>The socket.</summary>
    /// <param name="given">Of <c>--control</c>; null: the default.</param>
    /// <exception cref="RefusedException">It is no path, or there is no place for it.</exception>
    internal string Socket(string? given) => given switch
    {
        null => Path.Combine(RuntimeDirectory(), SocketName),
        _ when string.IsNullOrWhiteSpace(given) => throw new RefusedException("--control is empty: it takes a path"),
        _ => Path.GetFullPath(given),
    };

    /// <summary>The directory beside the default journal.</summary>
    internal string State() =>
        Path.Combine(new JournalPlaceReader(variable).StateDirectory(), StateName);

    /// <remarks>The directory of a session is gone at its end: root's servers belong to none.</remarks>
    private string RuntimeDirectory()
    {
        if (isRoot)
        {
            return Path.Combine("/run", Directory);
        }

        return variable("XDG_RUNTIME_DIR") is { } runtime && Path.IsPathRooted(runtime)
            ? Path.Combine(runtime, Directory)
            : State();
    }
}
