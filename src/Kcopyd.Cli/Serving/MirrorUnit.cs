using System.Collections.Immutable;
using Kcopyd.Actors.Mirrors;
using Kcopyd.Cli.Reporting;
using Kcopyd.Core.Mirrors;
using Kcopyd.Devices;

namespace Kcopyd.Cli.Serving;

/// <summary>A mirror, which recovers what its log does not call clean.</summary>
internal sealed class MirrorUnit(ServedSpec.Mirror spec, DevicePool pool, ServeEngine engine) : ServedUnit(spec, pool)
{
    private readonly MirrorTableFile _saved = new(engine.StateDirectory, spec.Table.Table);
    private ImmutableArray<ServedDevice> _devices = [];
    private MirrorDevice? _mirror;

    internal override IReadOnlyList<ServedDevice> Devices => _devices;

    private string Name => spec.Table.Name;

    internal override async Task StartAsync(CancellationToken cancellationToken)
    {
        // After the first leg failed another one is first: the log does not say which of them to believe.
        var table = _saved.Load();
        if (table != spec.Table.Table)
        {
            engine.Say($"{Name} starts with the table that it had when a leg failed: {table.ToTableText()}");
        }

        var opened = new Dictionary<string, IBlockDevice>(StringComparer.Ordinal);
        foreach (var use in Spec.Uses)
        {
            opened[use.Word] = await TakeAsync(use, cancellationToken).ConfigureAwait(false);
        }

        var parts = new MirrorParts(
            [.. table.Legs.Select(leg => opened[leg.Device])],
            table.Log.Device is { } log ? opened[log] : null,
            AreOwned: false);
        var mirror = await MirrorDevice.CreateAsync(
            await engine.System.ConfigureAwait(false), table, parts, OptionsOf(table), cancellationToken)
            .ConfigureAwait(false);
        _mirror = mirror;
        _saved.ForgetOthers();
        _devices = [new ServedDevice(Name, mirror, token => ReportAsync(mirror, token))];
    }

    private protected override async ValueTask CloseAsync()
    {
        _devices = [];
        if (_mirror is { } mirror)
        {
            await mirror.DisposeAsync().ConfigureAwait(false);
        }
    }

    private MirrorOptions OptionsOf(MirrorTable table) => new()
    {
        Name = Name,
        Journal = engine.Journal?.Options,
        OnNotice = notice => engine.Say($"{Name}: {Words(table, notice)}"),
        SaveTable = _saved.SaveAsync,
    };

    private static string Words(MirrorTable table, MirrorNotice notice) => notice is MirrorNotice.LegFailed failed
        ? $"leg {failed.Leg}, {table.Legs[failed.Leg].Device}, failed: {failed.Error}"
        : $"{notice}";

    private static string Words(MirrorFailure failure)
    {
        var which = failure.Leg is { } leg ? $"leg {leg}" : "the log";
        return $"{which}, {failure.Device}, failed: {failure.Reason.TrimEnd('.')}";
    }

    private async Task<ServedDeviceReport> ReportAsync(MirrorDevice mirror, CancellationToken cancellationToken)
    {
        var status = await mirror.GetStatusAsync(cancellationToken).ConfigureAwait(false);
        var counts = await mirror.GetCountsAsync(cancellationToken).ConfigureAwait(false);
        var failures = await mirror.GetFailuresAsync(cancellationToken).ConfigureAwait(false);
        return new ServedDeviceReport(Name, [mirror.Table.ToTableLine()], [status.ToStatusLine(mirror.Table)])
        {
            Problems = [.. failures.Select(Words)],
            Work = counts.InSync < counts.Regions
                ? new ServedWorkReport("recovery", counts.InSync, counts.Regions, "regions")
                : null,
        };
    }
}
