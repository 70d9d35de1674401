using Kcopyd.Benchmarks.Files;
using Kcopyd.Benchmarks.Processes;

namespace Kcopyd.Benchmarks.Serving;

/// <summary>The program and its peers as servers of a file, each with the flags that serve it best.</summary>
internal static class NbdServers
{
    private const string Export = "disk";

    /// <summary>The first of the programs that is not installed; null: all are.</summary>
    public static string? Absent =>
        new[] { "nbdkit", "qemu-nbd", "fio", "nbdcopy" }
            .FirstOrDefault(static name => ProgramSearch.Find(name) is null);

    /// <summary>The program.</summary>
    public static NbdServerProcess StartOwn(
        string program, string file, Workspace workspace, CancellationToken cancellationToken)
    {
        var socket = workspace["kcopyd.sock"];
        var command = new Command(
            program,
            "serve",
            "--export",
            $"{Export}={file}",
            "--socket",
            socket,
            "--control",
            workspace["control"],
            "--no-journal");
        return NbdServerProcess.Start(command, socket, Export, cancellationToken);
    }

    /// <summary>nbdkit's file plugin.</summary>
    public static NbdServerProcess StartNbdkit(string file, string socket, CancellationToken cancellationToken) =>
        NbdServerProcess.Start(
            new Command(ProgramSearch.Find("nbdkit")!, "--foreground", "--unix", socket, "file", file),
            socket,
            string.Empty,
            cancellationToken);

    /// <summary>qemu-nbd, through the page cache as the others, and for as many clients.</summary>
    public static NbdServerProcess StartQemu(string file, string socket, CancellationToken cancellationToken) =>
        NbdServerProcess.Start(
            new Command(
                ProgramSearch.Find("qemu-nbd")!,
                "--persistent",
                "--shared=16",
                "--format=raw",
                "--cache=writeback",
                $"--socket={socket}",
                file),
            socket,
            string.Empty,
            cancellationToken);
}
