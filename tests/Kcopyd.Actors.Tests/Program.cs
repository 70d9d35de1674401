using Kcopyd.Actors.Journaling;
using Kcopyd.Core.Copying;

namespace Kcopyd.Actors.Tests;

/// <summary>What tests run as a process of its own.</summary>
internal static class Program
{
    /// <summary>Takes the lock of a job, says so or who has it, and holds it until standard input ends.</summary>
    public static int Main(string[] arguments)
    {
        var (directory, job) = (arguments[0], new CopyJobId(arguments[1]));
        using var taken = JobLock.TryAcquire(directory, job, out var holder);
        Console.WriteLine(taken is null ? holder : "taken");
        Console.In.ReadToEnd();
        return 0;
    }
}
