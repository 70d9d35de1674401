using Kcopyd.Core.Copying;

namespace Kcopyd.Actors.Journaling;

/// <summary>The name of a job's stream in the journal.</summary>
internal static class JobPersistenceId
{
    /// <summary>What every such name begins with: by it the list of jobs is found.</summary>
    public const string Prefix = "kcopyd-job-";

    /// <summary>The name of a job's stream.</summary>
    public static string Of(CopyJobId job) => Prefix + job.Value;
}
