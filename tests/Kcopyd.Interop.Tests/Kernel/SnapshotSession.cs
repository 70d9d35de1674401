using System.Globalization;
using System.Text;
using Akka.Actor;
using Kcopyd.Actors.Snapshots;
using Kcopyd.Core.Snapshots;
using Kcopyd.Devices;

namespace Kcopyd.Interop.Tests.Kernel;

/// <summary>A snapshot or a merge of ours that does the steps of the scripts, and prints what they print.</summary>
internal sealed class SnapshotSession : IAsyncDisposable
{
    private const int SectorBytes = 512;
    private const int ShownBytes = 4;
    private const string Failed = "EIO";

    private readonly OriginDevice _origin;
    private readonly List<string> _lines = [];

    private SnapshotSession(OriginDevice origin, SnapshotDevice snapshot) => (_origin, Snapshot) = (origin, snapshot);

    public SnapshotDevice Snapshot { get; }

    /// <summary>What was printed so far.</summary>
    public IReadOnlyList<string> Lines => _lines;

    /// <summary>As <see cref="SnapshotsHere.OpenAsync"/>: what begins with zeros is a new store, as to the kernel.
    /// </summary>
    public static async Task<SnapshotSession> OpenAsync(
        ActorSystem system, string table, IBlockDevice origin, IBlockDevice cow)
    {
        var device = OriginDevice.Create(system, origin);
        try
        {
            var options = new SnapshotOptions { StoreTrust = StoreTrust.Kernel };
            return new SnapshotSession(
                device, await device.AddSnapshotAsync(SnapshotTable.Parse(table), cow, isOwned: false, options));
        }
        catch
        {
            await device.DisposeAsync();
            throw;
        }
    }

    /// <summary>The data that a step writes: a word over and over.</summary>
    public static byte[] Repeated(string word, int sectors)
    {
        var bytes = new byte[sectors * SectorBytes];
        var unit = Encoding.ASCII.GetBytes($"{word}\n");
        for (var i = 0; i < bytes.Length; i++)
        {
            bytes[i] = unit[i % unit.Length];
        }

        return bytes;
    }

    /// <summary>Whether a line is a step.</summary>
    public static bool IsStep(string line) => line.Split(' ')[0] is "write" or "read_" or "flush";

    /// <summary>Does a step and prints it: <c>write DEVICE SECTOR SECTORS WORD</c>, <c>read_ DEVICE SECTOR</c> or
    /// <c>flush DEVICE</c>; the device is <c>o</c>, the origin, or another letter, the snapshot or merge.</summary>
    public async Task StepAsync(string step)
    {
        _lines.Add(step);
        var words = step.Split(' ');
        IBlockDevice device = words[1] == "o" ? _origin : Snapshot;
        try
        {
            switch (words)
            {
                case ["write", _, var at, var sectors, var word]:
                    var data = Repeated(word, int.Parse(sectors, null));
                    await device.WriteAsync(BytesTo(at), data, WriteDurability.Cached, default);
                    break;
                case ["read_", _, var at]:
                    var shown = new byte[SectorBytes];
                    await device.ReadAsync(BytesTo(at), shown, default);
                    _lines.Add(Convert.ToHexStringLower(shown.AsSpan(0, ShownBytes)));
                    break;
                case ["flush", _]:
                    await device.FlushAsync(device.WriteEpoch, default);
                    break;
                default:
                    throw new InvalidDataException($"No step: {step}");
            }
        }
        catch (DeviceException)
        {
            _lines.Add(Failed);
        }
    }

    /// <summary>Prints the status line.</summary>
    public async Task NowAsync()
    {
        var status = await Snapshot.GetStatusAsync();
        _lines.Add($"status: {status.FullLine(0, Snapshot.Table.Length, Snapshot.Table.Target)}");
    }

    /// <summary>Prints the table line.</summary>
    public void Table() => _lines.Add($"table: {Snapshot.Table}");

    /// <summary>All that the snapshot shows; null where it shows nothing.</summary>
    public async Task<byte[]?> ReadAllAsync()
    {
        var bytes = new byte[Snapshot.Geometry.LengthBytes];
        try
        {
            await Snapshot.ReadAsync(0, bytes, default);
            return bytes;
        }
        catch (DeviceException)
        {
            return null;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Snapshot.DisposeAsync();
        await _origin.DisposeAsync();
    }

    private static long BytesTo(string sector) => long.Parse(sector, CultureInfo.InvariantCulture) * SectorBytes;
}
