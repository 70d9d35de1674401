namespace Kcopyd.Actors.Copying;

/// <summary>A job was not taken; nothing was read or written.</summary>
/// <param name="rejection">Why.</param>
public sealed class CopyRejectedException(CopyRejection rejection) : Exception(rejection.Reason)
{
    /// <summary>Why.</summary>
    public CopyRejection Rejection { get; } = rejection;
}
