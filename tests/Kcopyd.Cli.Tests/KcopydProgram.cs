using System.Diagnostics;

namespace Kcopyd.Cli.Tests;

/// <summary>The built program, run as a process of its own.</summary>
internal static class KcopydProgram
{
    /// <summary>The program as the build left it beside the tests.</summary>
    public static string Path { get; } = System.IO.Path.Combine(AppContext.BaseDirectory, "kcopyd");

    /// <summary>Where it keeps its state: never in the home of who runs the tests.</summary>
    public static string StateHome => State.Value.Path;

    private static readonly Lazy<StateDirectory> State = new(() => new StateDirectory());

    /// <summary>Runs it to its end.</summary>
    public static async Task<ProgramResult> RunAsync(params string[] arguments)
    {
        using var running = Start(arguments);
        return await running.EndAsync();
    }

    /// <summary>Runs it to its end without the capabilities of root, to whom file modes then apply as to
    /// anyone.</summary>
    public static async Task<ProgramResult> RunUnprivilegedAsync(params string[] arguments)
    {
        using var running = Start("setpriv", ["--bounding-set=-all", "--inh-caps=-all", Path, .. arguments]);
        return await running.EndAsync();
    }

    /// <summary>Runs it to its end on a terminal of its own, whose screen is the output.</summary>
    public static async Task<ProgramResult> RunOnTerminalAsync(string settings, params string[] arguments)
    {
        var command = $"stty cols 120 rows 40; {settings} {Path} {string.Join(' ', arguments)}";
        using var running = Start("script", ["--quiet", "--return", "--command", command, "/dev/null"]);
        return await running.EndAsync();
    }

    /// <summary>Runs a line of shell to its end.</summary>
    public static async Task<ProgramResult> RunInShellAsync(string line)
    {
        using var running = Start("sh", ["-c", line]);
        return await running.EndAsync();
    }

    /// <summary>Starts a line of shell.</summary>
    public static RunningProgram StartInShell(string line) => Start("sh", ["-c", line]);

    /// <summary>Starts it.</summary>
    public static RunningProgram Start(params string[] arguments) => Start(Path, arguments);

    /// <summary>Starts it with a state of its own; its standard output is read by line.</summary>
    public static RunningProgram StartApart(string stateHome, params string[] arguments) =>
        new(Process.Start(StartOf(Path, arguments, stateHome))!, readsOutputByLine: true);

    /// <summary>Starts it as another machine would that reaches the same storage: nothing of its state is shared, and
    /// where one device was there is another. Needs root: see <see cref="Kcopyd.Tests.Shared.Require.Mounts"/>.
    /// </summary>
    /// <param name="stateHome">Where it keeps its state.</param>
    /// <param name="name">The path of the device that is hidden.</param>
    /// <param name="device">What is there instead.</param>
    /// <param name="locks">The directory of lock files that is hidden by one in the state home.</param>
    /// <param name="arguments">The command line.</param>
    public static RunningProgram StartElsewhere(
        string stateHome, string name, string device, string locks, params string[] arguments)
    {
        const string Script =
            "mount --bind \"$0\" \"$1\" && mount --bind \"$2\" \"$3\" && shift 3 && exec \"$@\"";
        string[] mounts = [device, name, System.IO.Path.Combine(stateHome, "locks"), locks];
        return Start("unshare", ["--mount", "sh", "-c", Script, .. mounts, Path, .. arguments], stateHome);
    }

    private static RunningProgram Start(string program, string[] arguments, string? stateHome = null) =>
        new(Process.Start(StartOf(program, arguments, stateHome))!);

    private static ProcessStartInfo StartOf(string program, string[] arguments, string? stateHome) =>
        new(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["XDG_STATE_HOME"] = stateHome ?? StateHome, ["KCOPYD_JOURNAL"] = null },
        };

    /// <summary>A directory that goes with the process of the tests.</summary>
    private sealed class StateDirectory
    {
        internal StateDirectory() =>
            AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(Path, recursive: true);

        internal string Path { get; } = Directory.CreateTempSubdirectory("kcopyd-cli-tests-").FullName;
    }
}
