using Kcopyd.Cli.Execution;
using Kcopyd.Tests.Shared;

namespace Kcopyd.Cli.Tests.Execution;

/// <summary>What the system says of threads.</summary>
public sealed class BatchSchedulingTests
{
    private const string Normal = "0";
    private const string Batch = "3";
    private const string Idle = "5";

    [SkippableFact]
    public void Thread_that_begins_and_those_it_starts_are_scheduled_in_batches()
    {
        Require.Linux();
        var (before, after, started) = (string.Empty, string.Empty, string.Empty);
        RunThread(() =>
        {
            before = Policy();
            BatchScheduling.Begin();
            after = Policy();
            RunThread(() => started = Policy());
        });

        Require.That(before == Normal, $"the test runs under policy {before} already");
        Assert.Equal((Batch, Batch), (after, started));
    }

    [SkippableFact]
    public void Policy_that_somebody_asked_for_stays()
    {
        Require.Programs("chrt");
        Require.Linux();
        var idle = string.Empty;
        RunThread(() =>
        {
            Shell.Run("chrt", "-i", "-p", "0", ThreadId());
            BatchScheduling.Begin();
            idle = Policy();
        });

        Assert.Equal(Idle, idle);
    }

    private static string ThreadId() => Path.GetFileName(File.ResolveLinkTarget("/proc/thread-self", false)!.FullName);

    private static void RunThread(Action action)
    {
        var thread = new Thread(() => action());
        thread.Start();
        thread.Join();
    }

    /// <summary>Field 41 of proc_pid_stat(5); the second one, which may have blanks, ends with a bracket.</summary>
    private static string Policy()
    {
        var text = File.ReadAllText("/proc/thread-self/stat");
        return text[(text.LastIndexOf(')') + 2)..].Split(' ')[41 - 3];
    }
}
