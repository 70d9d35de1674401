namespace Akka.Persistence.Internal;

/// <summary>A failure that can be of one call alone.</summary>
internal interface IFailureOfCall
{
    /// <summary>Whether the store answered and is well: it refused this call, and may do the next.</summary>
    bool IsOfCall { get; }
}
