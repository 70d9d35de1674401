namespace Kcopyd.Actors.Journaling;

/// <summary>What a journaled job does when a device is not what its journal recorded.</summary>
public enum JobStartPolicy
{
    /// <summary>It is blocked: nothing is written, and the operator decides. The default.</summary>
    Continue,

    /// <summary>What is not the same begins afresh: a target alone, or, for another source, all of them.</summary>
    ContinueOrBeginAfresh,

    /// <summary>All targets begin afresh, whatever is recorded.</summary>
    BeginAfresh,

    /// <summary>The devices are taken as they are: the operator knows that they hold what is recorded.</summary>
    Trust,
}
