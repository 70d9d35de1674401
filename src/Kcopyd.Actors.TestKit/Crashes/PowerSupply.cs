using System.Globalization;

namespace Kcopyd.Actors.TestKit.Crashes;

/// <summary>The power of a machine: of the disks and the journal that are plugged into it. A cut takes all at once, and
/// what survives depends on the seed and on what went before, on nothing else.</summary>
/// <remarks>Any thread may call. Between two requests of one machine nothing else of it happens: they share a
/// lock.</remarks>
/// <example>
/// <code>
/// var power = new PowerSupply(seed: 7);
/// var disk = new CrashingDisk("target", 1.MiB, power);
/// await WriteAndFlushAsync(disk.Open());
/// power.Cut();
/// power.Restore();
/// await CheckAsync(disk.Open());
/// </code>
/// </example>
public sealed class PowerSupply
{
    private readonly List<IPowered> _parts = [];
    private CutTrigger? _trigger;
    private bool _isOn = true;
    private string? _cut;
    private int _cuts;

    /// <summary>A supply that is on.</summary>
    /// <param name="seed">What decides what survives a cut.</param>
    public PowerSupply(int seed) => Seed = seed;

    /// <summary>What decides what survives a cut.</summary>
    public int Seed { get; private set; }

    /// <summary>Whether there is power.</summary>
    public bool IsOn
    {
        get
        {
            lock (Gate)
            {
                return _isOn;
            }
        }
    }

    /// <summary>How often it was cut since the seed was set.</summary>
    public int Cuts
    {
        get
        {
            lock (Gate)
            {
                return _cuts;
            }
        }
    }

    /// <summary>Why it was cut the last time since the seed was set; null for never.</summary>
    public string? LastCut
    {
        get
        {
            lock (Gate)
            {
                return _cut;
            }
        }
    }

    /// <summary>One at a time for the whole machine, so that a cut is one moment for all of it.</summary>
    internal Lock Gate { get; } = new();

    /// <summary>Changes with every cut: what was opened under another number is dead.</summary>
    internal long Life { get; private set; }

    /// <summary>Cuts the power now. Without power it does nothing.</summary>
    /// <param name="reason">For messages.</param>
    public void Cut(string reason = "by hand")
    {
        ArgumentNullException.ThrowIfNull(reason);
        lock (Gate)
        {
            if (!_isOn)
            {
                return;
            }

            (_isOn, _trigger, _cut) = (false, null, reason);
            _cuts++;
            Life++;
            foreach (var (index, part) in _parts.Index())
            {
                var seed = SeededRandom.Mix((ulong)(uint)Seed + ((ulong)_cuts << 32) + ((ulong)(index + 1) << 48));
                part.LosePower(new SeededRandom(seed));
            }
        }
    }

    /// <summary>Cuts the power at a request that is yet to come; takes the place of what was armed before.</summary>
    /// <param name="event">The kind of request.</param>
    /// <param name="number">Which one, counted from 1 from now on.</param>
    /// <param name="moment">When in its course.</param>
    /// <param name="subject">Only requests of the disk or the persistence id of this name count; null: all.</param>
    public void CutAt(PowerEvent @event, int number, CutMoment moment, string? subject = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(number, 1);
        lock (Gate)
        {
            _trigger = new CutTrigger(@event, number, moment, subject);
        }
    }

    /// <summary>Puts the power back. What was open before the cut stays dead.</summary>
    public void Restore()
    {
        lock (Gate)
        {
            _isOn = true;
        }
    }

    /// <summary>Begins another run: power is on, nothing is armed. What is plugged in is reset by its owner.</summary>
    public void Reseed(int seed)
    {
        lock (Gate)
        {
            (Seed, _isOn, _trigger, _cut, _cuts) = (seed, true, null, null, 0);
            Life++;
        }
    }

    /// <summary>As <c>seed 7, cut 1: PowerEvent.Flush, 3, CutMoment.Before</c>.</summary>
    public override string ToString()
    {
        lock (Gate)
        {
            var cut = _cut is null ? "never cut" : string.Create(CultureInfo.InvariantCulture, $"cut {_cuts}: {_cut}");
            return string.Create(CultureInfo.InvariantCulture, $"seed {Seed}, {cut}");
        }
    }

    internal void Plug(IPowered part)
    {
        lock (Gate)
        {
            _parts.Add(part);
        }
    }

    /// <summary>Counts a request that begins, under <see cref="Gate"/>.</summary>
    /// <returns>What is to be handed to <see cref="Reach"/> at each moment of it; null for nothing.</returns>
    internal CutMoment? Begin(PowerEvent begun, string subject) => _trigger?.Begin(begun, subject);

    /// <summary>Cuts the power if this is the moment that a request was told by <see cref="Begin"/>.</summary>
    internal void Reach(CutMoment? armed, CutMoment moment)
    {
        if (armed == moment)
        {
            Cut(_trigger?.ToString() ?? "as armed");
        }
    }
}
