namespace Kcopyd.Core.Snapshots;

/// <summary>A store that lives as long as its process: data on the COW device from its first chunk on, exceptions in
/// memory.</summary>
public sealed class TransientStore(CowLayout layout, long cowSectors) : ExceptionStore(layout, cowSectors)
{
    private List<ChunkException> _appended = [];
    private long _nextFree;

    /// <inheritdoc/>
    public override bool IsPersistent => false;

    /// <inheritdoc/>
    public override long AllocatedSectors => _nextFree * Layout.ChunkSectors;

    /// <inheritdoc/>
    public override long MetadataSectors => 0;

    private protected override int AppendedCount => _appended.Count;

    private protected override bool IsAreaFull => false;

    internal override bool HasRoom(int count) => Layout.RangeOf(_nextFree + count - 1).End <= CowSectors;

    private protected override long Take() => _nextFree++;

    private protected override void Append(ChunkException exception) => _appended.Add(exception);

    private protected override StoreCommit Write()
    {
        var commit = new StoreCommit(0, default, default) { Exceptions = _appended, IsWritten = false };
        _appended = [];
        return commit;
    }

    private protected override void Written(StoreCommit commit, bool isDurable) => Invariant.Holds(isDurable);
}
