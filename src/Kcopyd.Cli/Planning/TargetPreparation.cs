namespace Kcopyd.Cli.Planning;

/// <summary>What has to be done to a target before it has room.</summary>
internal enum TargetPreparation
{
    /// <summary>It has room.</summary>
    None,

    /// <summary>It is a file that does not exist yet.</summary>
    Create,

    /// <summary>It is a file that is too short.</summary>
    Extend,
}
