using Kcopyd.Actors.Hosting;
using Kcopyd.Core.Mirrors;

namespace Kcopyd.Actors.Mirrors;

/// <summary>What the device and the actor of a mirror share.</summary>
internal sealed class MirrorLink(MirrorTable table, CallLink calls)
{
    private MirrorTable _table = table;

    /// <summary>The calls that are not over.</summary>
    public CallLink Calls => calls;

    /// <summary>The table to start the mirror with next time.</summary>
    public MirrorTable Table
    {
        get => Volatile.Read(ref _table);
        set => Volatile.Write(ref _table, value);
    }
}
