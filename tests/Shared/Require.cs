namespace Kcopyd.Tests.Shared;

/// <summary>What a test needs of the machine. Without it the test is skipped, saying why; in CI (CI=true) it
/// fails.</summary>
internal static class Require
{
    /// <summary>Linux, for system calls of its own.</summary>
    public static void Linux() => Be(OperatingSystem.IsLinux() && Environment.Is64BitProcess, "needs 64-bit Linux");

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
        Be(Environment.IsPrivilegedProcess, "needs root");
        Be(System.IO.File.Exists("/dev/loop-control"), "needs loop devices");
    }

    /// <summary>Linux and root, to mount a file system.</summary>
    public static void Mounts()
    {
        Linux();
        Be(Environment.IsPrivilegedProcess, "needs root");
    }

    /// <summary>The programs of a PostgreSQL server.</summary>
    public static void Postgres()
    {
        Linux();
        Be(PostgresServer.IsInstalled, "needs a PostgreSQL server (initdb and pg_ctl)");
    }

    private static void Be(bool condition, string reason)
    {
        if (Environment.GetEnvironmentVariable("CI") is "true" or "1")
        {
            Assert.True(condition, $"CI runs every test, and this one {reason}.");
        }

        Skip.IfNot(condition, reason);
    }
}
