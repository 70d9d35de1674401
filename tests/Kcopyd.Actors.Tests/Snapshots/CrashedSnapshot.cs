using Kcopyd.Actors.Snapshots;
using Kcopyd.Actors.TestKit.Crashes;
using Kcopyd.Actors.Tests.Crashes;
using Kcopyd.Core.Snapshots;

namespace Kcopyd.Actors.Tests.Snapshots;

/// <summary>A snapshot of a <see cref="CrashedOrigin"/>: its store, and what it has to show.</summary>
internal sealed class CrashedSnapshot(SnapshotCase @case, StoreCase store, CrashingDisk disk, StampSequence stamps)
{
    private readonly HashSet<long>[] _candidates = new HashSet<long>[@case.OriginSectors];
    private StampedMoment? _begun;
    private bool _isLoaded;

    public StoreCase Store => store;

    public CrashingDisk Disk => disk;

    /// <summary>What it may show; of the merged one nothing, because it is the origin.</summary>
    public StampedContent Content { get; } = new(@case.OriginSectors, stamps);

    /// <summary>Through which it is used; null: it is not loaded.</summary>
    public SnapshotDevice? Device { get; private set; }

    /// <summary>Through which it was used before another took over; null: none did.</summary>
    public SnapshotDevice? Replaced { get; private set; }

    /// <summary>Whether it is to be loaded: it is not left to a task that makes it later.</summary>
    public bool IsWanted { get; private set; }

    /// <summary>Whether somebody was told that it runs; before nobody knows what it shows.</summary>
    public bool IsKnown { get; private set; }

    /// <summary>Whether its store says that it is invalid.</summary>
    public bool IsLost { get; private set; }

    /// <summary>Whether it is merged, or will be when its machine has power again.</summary>
    public bool IsMerging { get; private set; }

    /// <summary>Whether another is taking over its store.</summary>
    public bool IsTurning { get; private set; }

    public bool HasTurned { get; private set; }

    /// <summary>Whether it can be asked for something.</summary>
    public bool IsUsable => Device is not null && IsKnown && !IsLost;

    public SnapshotOptions Options => new()
    {
        Name = disk.Name,
        OnFailure = store.OnFailure,
        MaxPending = store.MaxPending,
        StoreTrust = @case.IsUsed ? StoreTrust.Kernel : StoreTrust.Strict,
    };

    public SnapshotTable Table => TableOf(IsMerging);

    /// <summary>A new machine.</summary>
    public void Reset(bool isMerging)
    {
        IsMerging = isMerging;
        IsWanted = !store.IsLate;
        IsKnown = SnapshotImages.HasStore(@case, store);
        (IsLost, IsTurning, HasTurned, _begun, Device, Replaced) = (false, false, false, null, null, null);
        Content.Reset(static _ => SnapshotImages.OldStamp);
        for (var i = 0; i < _candidates.Length; i++)
        {
            _candidates[i] = [];
        }
    }

    /// <summary>It is being loaded, and made if there is none.</summary>
    public void BeginLoading(StampedContent origin)
    {
        IsWanted = true;
        _begun = origin.Now();
    }

    /// <summary>It runs.</summary>
    public void Load(SnapshotDevice device, StampedContent origin)
    {
        if (!IsKnown)
        {
            Content.Begin(origin.Since(_begun!.Seen).Zip(_candidates, static (now, before) => now.Union(before)));
        }

        (Device, IsKnown, _isLoaded) = (device, true, true);
    }

    /// <summary>Another takes over its store from now on.</summary>
    public void BeginTurn(bool isMerging) => (IsTurning, HasTurned, IsMerging) = (true, true, isMerging);

    /// <summary>Another has taken over.</summary>
    public void EndTurn(SnapshotDevice successor) => (IsTurning, Replaced, Device) = (false, Device, successor);

    /// <summary>The program or the power is gone.</summary>
    public void End(StampedContent origin, bool keepsCaches)
    {
        (Device, Replaced, IsTurning) = (null, null, false);
        if (!IsKnown && _begun is { } begun)
        {
            foreach (var (stamps, candidates) in origin.Since(begun.Durable).Zip(_candidates))
            {
                candidates.UnionWith(stamps);
            }
        }

        if (keepsCaches)
        {
            Content.Kill();
        }
        else
        {
            Content.Crash(keepsCaches: false);
        }
    }

    /// <summary>After a crash: the store says what it shows.</summary>
    /// <param name="origin">The device underneath the origin.</param>
    /// <returns>What the origin is, if this is merged; else what it was.</returns>
    public byte[] Settle(byte[] origin)
    {
        var wasLost = IsLost && _isLoaded;
        _isLoaded = false;
        if (!IsKnown)
        {
            return origin;
        }

        var cow = DiskImages.Read(disk, isDurable: false);
        var exceptions = SnapshotImages.Exceptions(cow);
        IsLost = exceptions is null;
        Assert.True(!IsLost || store.MayBeLost, $"{disk.Name} is invalid");
        Assert.True(IsLost || !wasLost, $"{disk.Name} was invalid, and is not any more");
        if (exceptions is null)
        {
            return origin;
        }

        var view = SnapshotImages.View(origin, cow, store.ChunkSectors, exceptions);
        if (IsMerging)
        {
            return view;
        }

        Content.Settle(view);
        return origin;
    }

    public override string ToString() => disk.Name;

    public SnapshotTable TableOf(bool isMerging)
    {
        var features = store.Discards ? SnapshotFeatures.DiscardZeroesCow : SnapshotFeatures.None;
        var spec = new SnapshotStoreSpec(disk.Name, store.Kind, store.ChunkSectors, features);
        return isMerging
            ? SnapshotTable.OfMerge(0, @case.OriginSectors, "origin", spec)
            : SnapshotTable.OfSnapshot(0, @case.OriginSectors, "origin", spec);
    }
}
