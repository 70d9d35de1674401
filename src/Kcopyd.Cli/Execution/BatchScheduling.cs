using System.Runtime.InteropServices;

namespace Kcopyd.Cli.Execution;

/// <summary>Has the system treat the program as one that works long, and that nobody waits for at every
/// moment.</summary>
/// <remarks>
/// Decided: SCHED_BATCH (sched(7)), whose threads do not take the processor from a running one when they are woken.
/// Because: who fills a socket or a queue for us fills it, instead of being interrupted by us after its first bytes; a
/// tenth of the processor time of a copy between two servers. Instead of: a lower priority, which costs time where the
/// machine is busy. Who started the program with another policy has said what is wanted, and keeps it.
/// </remarks>
internal static partial class BatchScheduling
{
    private const int CallingThread = 0;
    private const int Normal = 0;
    private const int Batch = 3;

    /// <summary>From here on, for the calling thread and for those that it, and they, start. A system that refuses, or
    /// has no such thing, leaves everything as it is.</summary>
    internal static void Begin()
    {
        if (!OperatingSystem.IsLinux() || GetScheduler(CallingThread) != Normal)
        {
            return;
        }

        // Not sched_setscheduler: the library remembers what a thread has, and gives that to those it starts.
        var priority = 0;
        _ = SetScheduling(CurrentThread(), Batch, in priority);
    }

    [LibraryImport("libc", EntryPoint = "pthread_self")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nuint CurrentThread();

    [LibraryImport("libc", EntryPoint = "sched_getscheduler")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int GetScheduler(int thread);

    /// <summary>Its last argument is a struct sched_param, which is one int.</summary>
    [LibraryImport("libc", EntryPoint = "pthread_setschedparam")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SetScheduling(nuint thread, int policy, in int priority);
}
