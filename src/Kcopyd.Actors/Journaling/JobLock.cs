using Kcopyd.Core.Copying;

namespace Kcopyd.Actors.Journaling;

internal sealed class JobLock : IDisposable
{
    public static JobLock? TryAcquire(string directory, CopyJobId job, out string holder)
    {
        _ = (directory, job);
        holder = string.Empty;
        return new JobLock();
    }

    public void Dispose()
    {
    }
}
