using System.Collections.Immutable;
using Kcopyd.Cli.Planning;
using Kcopyd.Devices;

namespace Kcopyd.Cli.Serving;

/// <summary>What runs, made to follow a plan.</summary>
/// <remarks>One call at a time, but any thread may read <see cref="Devices"/> and <see cref="Failures"/>.</remarks>
internal sealed class ServedUnits(IBlockDeviceOpener opener, ServeEngine engine)
{
    private readonly DevicePool _pool = new(opener);
    private ImmutableArray<ServedUnit> _running = [];

    /// <summary>The devices that run, in the order in which they began.</summary>
    internal ImmutableArray<ServedDevice> Devices { get; private set; } = [];

    /// <summary>What is wrong: with those that do not run, and with those that run as they were before.</summary>
    internal ImmutableArray<(string Name, string Sentence)> Failures { get; private set; } = [];

    /// <summary>Ends what is not in the plan any more, or is another device there; changes what can be changed while it
    /// runs; begins what is new, or failed before. What fails is told, and the rest runs.</summary>
    internal async Task FollowAsync(ServePlan plan, CancellationToken cancellationToken)
    {
        _pool.Know(plan.Specs.SelectMany(static spec => spec.Names));
        var described = await DescribeAsync(plan, cancellationToken).ConfigureAwait(false);
        var refused = ServeOverlap.Find(plan.Specs, Running, described);

        // What runs goes on as it was, if what it is to become is refused.
        var wanted = plan.Specs
            .Select(spec => refused.ContainsKey(spec) ? Running(spec) : spec)
            .OfType<ServedSpec>()
            .ToImmutableArray();
        await StopAsync(Stale(wanted)).ConfigureAwait(false);

        var failed = refused.Select(static pair => new ServeFailure([.. pair.Key.Names], pair.Value)).ToList();
        var running = ImmutableArray.CreateBuilder<ServedUnit>();
        try
        {
            foreach (var spec in wanted)
            {
                failed.AddRange(await FollowAsync(spec, described, running, cancellationToken).ConfigureAwait(false));
            }
        }
        finally
        {
            // Also what has begun when it was told to end is ended.
            _running = [.. running, .. _running.Except(running)];
        }

        Devices = [.. _running.SelectMany(static unit => unit.Devices)];
        Failures = [.. failed.SelectMany(static one => one.Names.Select(name => (name, one.Sentence)))];
        foreach (var failure in failed)
        {
            engine.Say($"{string.Join(", ", failure.Names)}: {failure.Sentence}");
        }
    }

    /// <summary>Ends everything.</summary>
    internal Task StopAsync() => StopAsync([.. _running]);

    /// <summary>What runs that can become this; null: nothing.</summary>
    private ServedSpec? Running(ServedSpec spec) => _running
        .FirstOrDefault(unit => unit.Spec.Key == spec.Key && unit.Spec.Identity == spec.Identity)?.Spec;

    private async Task<IReadOnlyList<ServeFailure>> FollowAsync(
        ServedSpec spec,
        Dictionary<string, BlockDeviceDescription> described,
        ImmutableArray<ServedUnit>.Builder running,
        CancellationToken cancellationToken)
    {
        if (_running.FirstOrDefault(one => one.Spec.Key == spec.Key) is { } unit)
        {
            return await ChangeAsync(unit, spec, running, cancellationToken).ConfigureAwait(false);
        }

        var problem = await TryStartAsync(spec, described, running, cancellationToken).ConfigureAwait(false);
        return problem is null ? [] : [new ServeFailure([.. spec.Names], problem)];
    }

    private async Task<Dictionary<string, BlockDeviceDescription>> DescribeAsync(
        ServePlan plan, CancellationToken cancellationToken)
    {
        var names = plan.Specs.SelectMany(static spec => spec.Names).ToHashSet(StringComparer.Ordinal);
        var found = new Dictionary<string, BlockDeviceDescription>(StringComparer.Ordinal);
        var devices = plan.Specs
            .SelectMany(static spec => spec.Uses)
            .Where(use => use.Name is not { } name || !names.Contains(name))
            .Select(static use => use.Device)
            .Distinct(StringComparer.Ordinal);
        foreach (var device in devices)
        {
            var described = await DeviceRefusals.TryDescribeAsync(opener, device, cancellationToken)
                .ConfigureAwait(false);
            if (described is { } one)
            {
                found.Add(device, one);
            }
        }

        return found;
    }

    /// <summary>What cannot go on, with all that is made of it.</summary>
    private List<ServedUnit> Stale(ImmutableArray<ServedSpec> wanted)
    {
        List<ServedUnit> stale = [];
        var lost = new HashSet<string>(StringComparer.Ordinal);
        foreach (var unit in _running)
        {
            var spec = wanted.FirstOrDefault(one => one.Key == unit.Spec.Key);
            var parts = unit.Spec.Uses.Select(static use => use.Name).OfType<string>();
            if (spec is null || spec.Identity != unit.Spec.Identity || parts.Any(lost.Contains))
            {
                stale.Add(unit);
                lost.UnionWith(unit.Spec.Names);
            }
            else
            {
                lost.UnionWith(unit.LostBy(spec));
            }
        }

        return stale;
    }

    private async Task StopAsync(List<ServedUnit> units)
    {
        foreach (var unit in Enumerable.Reverse(units))
        {
            foreach (var device in unit.Devices)
            {
                engine.Leaving(device.Device);
                _pool.Withdraw(device);
            }

            await TryStopAsync(unit).ConfigureAwait(false);
        }

        _running = [.. _running.Except(units)];
        Devices = [.. _running.SelectMany(static unit => unit.Devices)];
    }

    /// <summary>What does not end well is told, and the others end too.</summary>
    private async Task TryStopAsync(ServedUnit unit)
    {
        try
        {
            await unit.StopAsync().ConfigureAwait(false);
        }
        catch (Exception failure) when (ServeFailures.IsOne(failure))
        {
            engine.Say(
                $"{string.Join(", ", unit.Spec.Names)}: it was not closed well: {ServeFailures.Sentence(failure)}");
        }
    }

    private async Task<string?> TryStartAsync(
        ServedSpec spec,
        Dictionary<string, BlockDeviceDescription> described,
        ImmutableArray<ServedUnit>.Builder running,
        CancellationToken cancellationToken)
    {
        ServedUnit unit = spec switch
        {
            ServedSpec.Mirror mirror => new MirrorUnit(mirror, _pool, engine),
            ServedSpec.Origin origin => new OriginUnit(origin, _pool, engine),
            _ => new RangesUnit(spec, _pool),
        };
        try
        {
            await RefuseAsync(spec, described, cancellationToken).ConfigureAwait(false);
            await unit.StartAsync(cancellationToken).ConfigureAwait(false);
            Begun(unit, running);
            return null;
        }
        catch (Exception failure)
        {
            await TryStopAsync(unit).ConfigureAwait(false);
            if (ServeFailures.IsOne(failure))
            {
                return ServeFailures.Sentence(failure);
            }

            throw;
        }
    }

    /// <summary>Refuses what another program uses, or this one for its journal.</summary>
    private async Task RefuseAsync(
        ServedSpec spec, Dictionary<string, BlockDeviceDescription> described, CancellationToken cancellationToken)
    {
        var written = spec.Uses
            .Where(static use => use.Access == BlockDeviceAccess.ReadWrite)
            .Select(use => described.GetValueOrDefault(use.Device))
            .OfType<BlockDeviceDescription>()
            .ToImmutableArray();
        DeviceRefusals.RefuseMissing(written);
        await DeviceRefusals.RefuseMountedAsync(opener, written, cancellationToken).ConfigureAwait(false);
        if (engine.Journal is { } journal)
        {
            await JournalOverlap.RefuseStorageAsync(opener, journal.Place, written, cancellationToken)
                .ConfigureAwait(false);
        }
    }

    private async Task<IReadOnlyList<ServeFailure>> ChangeAsync(
        ServedUnit unit,
        ServedSpec spec,
        ImmutableArray<ServedUnit>.Builder running,
        CancellationToken cancellationToken)
    {
        foreach (var device in unit.Devices)
        {
            _pool.Withdraw(device);
        }

        var problems = await unit.ChangeAsync(spec, cancellationToken).ConfigureAwait(false);
        Begun(unit, running);
        return problems;
    }

    private void Begun(ServedUnit unit, ImmutableArray<ServedUnit>.Builder running)
    {
        running.Add(unit);
        foreach (var device in unit.Devices)
        {
            _pool.Lend(device);
        }
    }
}
