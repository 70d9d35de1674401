using System.Collections.Immutable;
using Akka.Actor;
using Kcopyd.Actors.Hosting;
using Kcopyd.Core;
using Kcopyd.Core.Mirrors;
using Kcopyd.Devices;

namespace Kcopyd.Actors.Mirrors;

/// <summary>Makes mirrors: devices, log, machine, actor, in this order.</summary>
internal static class MirrorStart
{
    private static long _number;

    /// <summary>As <see cref="MirrorDevice.OpenAsync"/>.</summary>
    public static async Task<MirrorDevice> OpenAsync(
        ActorSystem system,
        MirrorTable table,
        IBlockDeviceOpener opener,
        MirrorOptions options,
        CancellationToken cancellationToken)
    {
        var access = new BlockDeviceOpenOptions { Access = BlockDeviceAccess.ReadWrite };
        List<IBlockDevice> opened = [];
        try
        {
            foreach (var leg in table.Legs)
            {
                opened.Add(await opener.OpenAsync(leg.Device, access, cancellationToken).ConfigureAwait(false));
            }

            var legs = opened.ToImmutableArray();
            if (table.Log.Device is { } device)
            {
                opened.Add(await opener.OpenAsync(device, access, cancellationToken).ConfigureAwait(false));
            }

            var log = table.Log.Device is null ? null : opened[^1];
            return await CreateAsync(
                system, table, new MirrorParts(legs, log, AreOwned: true), options, cancellationToken)
                .ConfigureAwait(false);
        }
        catch
        {
            foreach (var device in opened)
            {
                await device.DisposeAsync().ConfigureAwait(false);
            }

            throw;
        }
    }

    /// <summary>As <see cref="MirrorDevice.CreateAsync"/>.</summary>
    public static async Task<MirrorDevice> CreateAsync(
        ActorSystem system,
        MirrorTable table,
        MirrorParts parts,
        MirrorOptions options,
        CancellationToken cancellationToken)
    {
        var name = options.Name ?? $"mirror:{Interlocked.Increment(ref _number)}";
        var geometry = MirrorGeometryRules.Check(name, table, parts);
        CopyDispatchers.Register(system);
        var log = RegionLogs.Create(system, table, parts.Log, options);
        try
        {
            var clean = await log.LoadAsync(cancellationToken).ConfigureAwait(false);
            var machine = new MirrorMachine(table.Geometry, table.Legs.Length, PolicyOf(table, options), clean);
            var legs = table.Legs.Zip(
                parts.Legs, (spec, device) => new MirrorLeg(spec, device, parts.AreOwned)).ToArray();
            var setup = new MirrorSetup(name, table, machine, log, new MirrorLegs(legs))
            {
                Options = options,
                Link = new MirrorLink(table, new CallLink(name, CopyDispatchers.Of(system))),
                Geometry = geometry,
                LogDevice = parts.Log,
            };
            var mirror = new MirrorDevice(setup, parts, system);
            KcopydClients.For(system).Add(mirror, ShutdownTurn.Mirrors, mirror.Closed);
            return mirror;
        }
        catch
        {
            await log.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private static MirrorPolicy PolicyOf(MirrorTable table, MirrorOptions options) => new()
    {
        HandleErrors = table.HandleErrors,
        KeepLog = table.KeepLog,
        Recoveries = options.Recoveries,
        RecoverySectors = options.RecoverySize.Value / Sectors.Size,
        RepairsReads = options.RepairsReads,
    };
}
