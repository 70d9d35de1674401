using Kcopyd.Core.Copying;

namespace Kcopyd.Actors.Journaling;

/// <summary>That a journal has something of a job.</summary>
/// <param name="Job">The job.</param>
/// <param name="WrittenAt">When something of it was last written.</param>
internal readonly record struct JobStream(CopyJobId Job, DateTimeOffset WrittenAt);
