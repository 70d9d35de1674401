namespace Kcopyd.Tests.Shared;

/// <summary>What a test needs of the machine. Without it the test is skipped, saying why; in CI (CI=true) it
/// fails.</summary>
internal static class Require
{
    /// <summary>Linux, for system calls of its own.</summary>
    public static void Linux() => That(OperatingSystem.IsLinux() && Environment.Is64BitProcess, "needs 64-bit Linux");

    /// <summary>Linux, where a case needs it.</summary>
    public static void LinuxIf(bool needed)
    {
        if (needed)
        {
            Linux();
        }
    }

    /// <summary>Linux, root, and loop devices.</summary>
    public static void LoopDevices()
    {
        Linux();
        That(Environment.IsPrivilegedProcess, "needs root");
        That(System.IO.File.Exists("/dev/loop-control"), "needs loop devices");
    }

    /// <summary>Linux and root, to mount a file system.</summary>
    public static void Mounts()
    {
        Linux();
        That(Environment.IsPrivilegedProcess, "needs root");
    }

    /// <summary>The programs of a PostgreSQL server.</summary>
    public static void Postgres()
    {
        Linux();
        That(PostgresServer.IsInstalled, "needs a PostgreSQL server (initdb and pg_ctl)");
    }

    /// <summary>Programs on the path, or where Debian keeps those of the administrator.</summary>
    public static void Programs(params string[] programs)
    {
        var path = $"{Environment.GetEnvironmentVariable("PATH")}:/usr/sbin:/sbin".Split(':');
        foreach (var program in programs)
        {
            var isThere = path.Any(directory => System.IO.File.Exists(System.IO.Path.Combine(directory, program)));
            That(isThere, $"needs the program {program}");
        }
    }

    /// <summary>Anything else: the reason goes on after "this test".</summary>
    public static void That(bool condition, string reason)
    {
        if (Environment.GetEnvironmentVariable("CI") is "true" or "1")
        {
            Assert.True(condition, $"CI runs every test, and this one {reason}.");
        }

        Skip.IfNot(condition, reason);
    }
}
