using Kcopyd.Core.Mirrors;

namespace Kcopyd.Actors.Mirrors;

/// <summary>A log in memory: it lives as long as the mirror that has it.</summary>
/// <param name="table">The mirror. What it says of the legs acts here, when the log is made: a log that is loaded again
/// has what it had.</param>
internal sealed class CoreRegionLog(MirrorTable table) : IRegionLog
{
    private readonly RegionBits _clean = InitialBits(table);

    /// <inheritdoc/>
    public MirrorLogStatus Status { get; } = new(MirrorLogKind.Core, null, LogHealth.Alive);

    /// <inheritdoc/>
    public Task<RegionBits> LoadAsync(CancellationToken cancellationToken) => Task.FromResult(_clean.Copy());

    /// <inheritdoc/>
    public Task CommitAsync(LogCommit changes)
    {
        changes.ApplyTo(_clean);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task RewriteAsync(RegionBits clean)
    {
        _clean.Assign(clean);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static RegionBits InitialBits(MirrorTable table)
    {
        var bits = new RegionBits(table.Geometry.RegionCount);
        if (table.Log.Sync == MirrorSync.NoSync)
        {
            bits.SetAll();
        }

        return bits;
    }
}
