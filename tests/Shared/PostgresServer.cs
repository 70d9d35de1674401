using System.Diagnostics;

namespace Kcopyd.Tests.Shared;

/// <summary>A PostgreSQL server of the tests' own: in a temporary directory, reached only through a socket in it,
/// stopped and deleted with them. See <see cref="Require.Postgres"/>.</summary>
/// <remarks>It runs as the user postgres when the tests are root, as the server refuses root. Any thread may
/// call.</remarks>
internal sealed class PostgresServer : IAsyncDisposable
{
    private const string User = "postgres";

    private readonly string _directory;
    private readonly string _settings;
    private int _databases;
    private bool _isRunning;

    private PostgresServer(string directory, string settings)
    {
        _directory = directory;
        _settings = settings;
    }

    /// <summary>Whether the machine has the programs.</summary>
    public static bool IsInstalled => Programs is not null;

    /// <summary>For Npgsql: the database postgres, which every server has.</summary>
    public string ConnectionString => ConnectionStringOf("postgres");

    // On the path, or where Debian keeps them: a directory for each version.
    private static string? Programs { get; } = Candidates()
        .Select(directory => new FileInfo(Path.Combine(directory, "initdb")))
        .Where(initdb => initdb.Exists)
        .Select(initdb => Path.GetDirectoryName(initdb.ResolveLinkTarget(true)?.FullName ?? initdb.FullName)!)
        .FirstOrDefault(directory => File.Exists(Path.Combine(directory, "pg_ctl")));

    /// <summary>Makes a server and waits until it takes connections.</summary>
    /// <param name="isDurable">Whether a commit waits for the disk; off, tests are faster and a crash of the machine
    /// loses what nobody wants.</param>
    public static async Task<PostgresServer> StartAsync(bool isDurable = false)
    {
        var directory = Directory.CreateTempSubdirectory("kcopyd-pg-").FullName;
        var fsync = isDurable ? "on" : "off";
        var server = new PostgresServer(directory, $"-k {directory} -p 5432 -c listen_addresses= -c fsync={fsync}");
        try
        {
            if (Environment.IsPrivilegedProcess)
            {
                await RunAsync("chown", User, directory);
            }

            await RunAsUserAsync(
                "initdb", "-D", server.Data, "-U", User, "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync");
            await server.ResumeAsync();
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Makes an empty database.</summary>
    /// <returns>For Npgsql: how to reach it.</returns>
    public async Task<string> CreateDatabaseAsync()
    {
        var name = $"test{Interlocked.Increment(ref _databases)}";
        await RunAsUserAsync("psql", "-h", _directory, "-U", User, "-q", "-c", $"CREATE DATABASE {name}");
        return ConnectionStringOf(name);
    }

    /// <summary>Ends it as a crash does: every connection breaks.</summary>
    public async Task CrashAsync()
    {
        await RunAsUserAsync("pg_ctl", "-D", Data, "-m", "immediate", "-w", "stop");
        _isRunning = false;
    }

    /// <summary>Starts it again after <see cref="CrashAsync"/>, and waits until it takes connections.</summary>
    public async Task ResumeAsync()
    {
        await RunAsUserAsync(
            "pg_ctl", "-D", Data, "-o", _settings, "-l", Path.Combine(_directory, "log"), "-w", "-s", "start");
        _isRunning = true;
    }

    public async ValueTask DisposeAsync()
    {
        if (_isRunning)
        {
            await CrashAsync();
        }

        if (Directory.Exists(_directory))
        {
            Directory.Delete(_directory, recursive: true);
        }
    }

    private string Data => Path.Combine(_directory, "data");

    private string ConnectionStringOf(string database) => $"Host={_directory};Username={User};Database={database}";

    private static IEnumerable<string> Candidates()
    {
        var versions = Directory.Exists("/usr/lib/postgresql") ? Directory.GetDirectories("/usr/lib/postgresql") : [];
        return
        [
            .. (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries),
            .. versions.Order().Reverse().Select(version => Path.Combine(version, "bin")),
        ];
    }

    private static Task RunAsUserAsync(string program, params string[] arguments)
    {
        var path = Path.Combine(Programs!, program);
        return Environment.IsPrivilegedProcess
            ? RunAsync("setpriv", [$"--reuid={User}", $"--regid={User}", "--clear-groups", path, .. arguments])
            : RunAsync(path, arguments);
    }

    private static async Task RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            // A directory that the server's user may enter.
            WorkingDirectory = "/",
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)}: {await output}{error}");
    }
}
