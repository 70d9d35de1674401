using Kcopyd.Core.Copying;

namespace Kcopyd.Actors.Journaling;

/// <summary>What the stream of a job is called in the journal.</summary>
internal static class JobPersistenceId
{
    /// <summary>What all streams of jobs begin with.</summary>
    public const string Prefix = "kcopyd-job-";

    /// <summary>The stream of a job.</summary>
    public static string Of(CopyJobId job) => Prefix + job.Value;
}
