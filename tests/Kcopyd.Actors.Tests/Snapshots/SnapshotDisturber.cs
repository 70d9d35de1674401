namespace Kcopyd.Actors.Tests.Snapshots;

/// <summary>What befalls an origin and its snapshots while programs use them: snapshots begin, are handed over,
/// suspended and resumed.</summary>
internal sealed class SnapshotDisturber(CrashedOrigin owner, SnapshotCase @case)
{
    private const int MaxPauseMilliseconds = 30;

    public IEnumerable<Task> Begin(Random random)
    {
        foreach (var snapshot in owner.Snapshots.Where(static snapshot => !snapshot.IsWanted))
        {
            yield return UntilPowerlessAsync(() => AddAsync(snapshot, random));
        }

        var first = owner.Snapshots[0];
        if (@case.Turn is SnapshotTurn.HandedOver or SnapshotTurn.HandedOverToMerge && !first.HasTurned)
        {
            yield return UntilPowerlessAsync(() => HandOverAsync(first, random));
        }

        if (@case.Suspends)
        {
            yield return UntilPowerlessAsync(() => SuspendAsync(random));
        }
    }

    private async Task UntilPowerlessAsync(Func<Task> work)
    {
        try
        {
            await work().ConfigureAwait(false);
        }
        catch (Exception e) when (owner.IsPowerless(e))
        {
            // Without power nothing goes on.
        }
    }

    private async Task AddAsync(CrashedSnapshot snapshot, Random random)
    {
        await PauseAsync(random).ConfigureAwait(false);
        if (owner.Rig.Power.IsOn)
        {
            await owner.LoadAsync(snapshot).ConfigureAwait(false);
        }
    }

    private async Task HandOverAsync(CrashedSnapshot snapshot, Random random)
    {
        await PauseAsync(random).ConfigureAwait(false);
        var device = snapshot.Device!;
        await device.SuspendAsync().ConfigureAwait(false);
        await PauseAsync(random).ConfigureAwait(false);
        var isMerge = @case.Turn == SnapshotTurn.HandedOverToMerge;
        var successor = await owner.Device.LoadSuccessorAsync(
            device, snapshot.TableOf(isMerge), snapshot.Options with { Name = "successor" }).ConfigureAwait(false);
        if (!owner.Rig.Power.IsOn)
        {
            return;
        }

        snapshot.BeginTurn(isMerge);
        if (isMerge)
        {
            owner.Content.BeginTurn();
        }

        await successor.ResumeAsync().ConfigureAwait(false);
        if (!owner.Rig.Power.IsOn)
        {
            return;
        }

        if (isMerge)
        {
            owner.Content.Become(snapshot.Content);
        }

        snapshot.EndTurn(successor);
    }

    /// <summary>Until the programs are done: what is held is let go by nothing else.</summary>
    private async Task SuspendAsync(Random random)
    {
        while (owner.Rig.Power.IsOn && !owner.IsDone)
        {
            await PauseAsync(random).ConfigureAwait(false);
            var chosen = random.Next(1 + owner.Snapshots.Count);
            var snapshot = chosen == 0 ? null : owner.Snapshots[chosen - 1].Device;
            await (snapshot?.SuspendAsync() ?? owner.Device.SuspendAsync()).ConfigureAwait(false);
            await PauseAsync(random).ConfigureAwait(false);
            await (snapshot?.ResumeAsync() ?? owner.Device.ResumeAsync()).ConfigureAwait(false);
        }
    }

    private Task PauseAsync(Random random) =>
        owner.Rig.Loop.DelayAsync(TimeSpan.FromMilliseconds(random.Next(MaxPauseMilliseconds)));
}
