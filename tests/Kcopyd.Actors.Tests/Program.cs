using Kcopyd.Actors.Journaling;
using Kcopyd.Actors.Tests.Snapshots;
using Kcopyd.Core.Copying;

namespace Kcopyd.Actors.Tests;

/// <summary>What tests run as a process of its own.</summary>
internal static class Program
{
    public static Task<int> Main(string[] arguments) => arguments is [StoreLoadProcess.Argument, var cow, var table]
        ? StoreLoadProcess.RunAsync(cow, table)
        : Task.FromResult(HoldLock(arguments[0], new CopyJobId(arguments[1])));

    /// <summary>Takes the lock of a job, says so or who has it, and holds it until standard input ends.</summary>
    private static int HoldLock(string directory, CopyJobId job)
    {
        using var taken = JobLock.TryAcquire(directory, job, out var holder);
        Console.WriteLine(taken is null ? holder : "taken");
        Console.In.ReadToEnd();
        return 0;
    }
}
