using Kcopyd.Core.Copying;

namespace Kcopyd.Actors.Journaling;

/// <summary>What the journal of a job needs of its job actor. Called in the actor's handlers.</summary>
internal interface IJournaledJob
{
    /// <summary>Where the job is.</summary>
    CopyJobState State { get; }

    /// <summary>Bytes a second, lately.</summary>
    double BytesPerSecond { get; }

    /// <summary>The run is journaled and may write: begins with what is missing.</summary>
    /// <param name="record">What earlier runs left.</param>
    void Begin(JobRecord record);

    /// <summary>Something became of the job.</summary>
    void Raise(CopyJobEvent happened);

    /// <summary>Flushes targets; answered by <see cref="JournalMessage.Flushed"/>.</summary>
    void Flush(TargetMask targets);

    /// <summary>An append begins to claim what is flushed.</summary>
    void BeginAppend();

    /// <summary>What it claimed is journaled.</summary>
    void SetJournaled();

    /// <summary>The journal is done with the run: nothing more comes from it.</summary>
    void FinishAfterJournal();
}
