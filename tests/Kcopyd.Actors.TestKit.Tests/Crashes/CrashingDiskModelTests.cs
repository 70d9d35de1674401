using Kcopyd.Actors.TestKit.Crashes;
using Kcopyd.Actors.TestKit.Simulation;
using Kcopyd.Core;
using Kcopyd.Devices;

namespace Kcopyd.Actors.TestKit.Tests.Crashes;

/// <summary>Random requests, several at a time, against the plainest model: of every sector the set of versions that
/// may be there after a cut, from completions alone.</summary>
public sealed class CrashingDiskModelTests
{
    private const int SectorCount = 24;
    private const int Runs = 600;

    private readonly SimulationLoop _loop = new(0);

    [Fact]
    public void Every_sector_is_a_version_that_the_contract_allows()
    {
        var (older, newer) = (0, 0);
        for (var seed = 0; seed < Runs; seed++)
        {
            Drop();
            _loop.Reseed(seed);
            var power = new PowerSupply(seed);
            var disk = new CrashingDisk("disk", new ByteCount(SectorCount * 512), power)
            {
                Transit = _ => new(_loop.YieldAsync()),
            };
            var run = new Run(disk, _loop);
            _loop.Post(run.Start);
            var steps = 10 + _loop.Choose(300);
            _loop.Run(() => _loop.Steps >= steps);
            power.Cut();

            for (var sector = 0; sector < SectorCount; sector++)
            {
                var (left, allowed) = (run.VersionAt(sector), run.Allowed(sector));
                Assert.True(
                    allowed.Contains(left),
                    $"seed {seed}: sector {sector} holds version {left}, not one of {string.Join(", ", allowed)}");
                newer += left > allowed.Min() ? 1 : 0;
                older += left < allowed.Max() ? 1 : 0;
            }
        }

        // The model allows a disk that never loses anything, and one that always does; ours is neither.
        Assert.True(newer > Runs, $"{newer} sectors are newer than they must be");
        Assert.True(older > Runs, $"{older} sectors are older than they could be");
    }

    /// <summary>Requests in flight fail, and none follows.</summary>
    private void Drop() => _loop.RunUntilIdle();

    private sealed class Run(CrashingDisk disk, SimulationLoop loop)
    {
        private readonly CrashingBlockDevice _device = disk.Open();
        private readonly List<Written> _writes = [];
        private byte _last;
        private long _now;

        public void Start()
        {
            for (var client = 0; client < 3; client++)
            {
                _ = WorkAsync();
            }
        }

        public int VersionAt(int sector)
        {
            var bytes = new byte[512];
            disk.Read(sector * 512, bytes);
            return Assert.Single(bytes.Distinct());
        }

        /// <summary>All versions that no durable version came wholly after.</summary>
        public HashSet<int> Allowed(int sector)
        {
            List<Written> versions = [new Written(0, SectorCount, 0, 0) { End = 0, IsDurable = true }, .. _writes];
            var here = versions.Where(write => write.First <= sector && sector < write.First + write.Count).ToList();
            return [.. here
                .Where(write => !here.Exists(other => other.IsDurable && other.Begun > write.End))
                .Select(write => (int)write.Version)];
        }

        private async Task WorkAsync()
        {
            try
            {
                while (true)
                {
                    await (loop.Choose(5) == 0 ? FlushAsync() : WriteAsync());
                }
            }
            catch (DeviceException)
            {
                // The power went.
            }
        }

        private async Task WriteAsync()
        {
            var first = loop.Choose(SectorCount);
            var count = 1 + loop.Choose(SectorCount - first);
            var write = new Written(first, count, ++_last, ++_now);
            _writes.Add(write);
            var durability = loop.Choose(6) == 0 ? WriteDurability.Durable : WriteDurability.Cached;
            await _device.WriteAsync(first * 512, Page(write), durability, default);
            write.End = ++_now;
            write.IsDurable |= durability == WriteDurability.Durable;
        }

        private async Task FlushAsync()
        {
            var covered = _writes.Where(write => write.End < long.MaxValue).ToList();
            await _device.FlushAsync(_device.WriteEpoch, default);
            ++_now;
            covered.ForEach(write => write.IsDurable = true);
        }

        private static byte[] Page(Written write)
        {
            var page = new byte[write.Count * 512];
            page.AsSpan().Fill(write.Version);
            return page;
        }
    }

    private sealed record Written(int First, int Count, byte Version, long Begun)
    {
        public long End { get; set; } = long.MaxValue;

        public bool IsDurable { get; set; }
    }
}
