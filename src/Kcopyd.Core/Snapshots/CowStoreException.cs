namespace Kcopyd.Core.Snapshots;

/// <summary>A COW store is damaged or cut off. The message is one sentence that says where and how.</summary>
public sealed class CowStoreException : Exception
{
    /// <summary>What is wrong with which area or entry.</summary>
    public CowStoreException(string message)
        : base(message)
    {
    }
}
