using Kcopyd.Core.Mirrors;

namespace Kcopyd.Core.Tests.Mirrors;

/// <content>Flushes of the devices.</content>
internal sealed partial class MirrorWorld
{
    private void FlushAll(SimulatedLeg[] devices, Func<LegMask, Action<MirrorMachine>> end)
    {
        var failed = Faults(LegMask.All(devices.Length));
        List<(int Leg, int Slot)> lost = [];
        for (var leg = 0; leg < devices.Length; leg++)
        {
            if (failed.Contains(leg))
            {
                lost.AddRange(devices[leg].FailFlush().Select(slot => (leg, slot)));
            }
            else
            {
                devices[leg].Flush();
            }
        }

        var regions = Enumerable.Range(0, (int)_geometry.RegionCount);
        var before = regions.Select(region => _machine.Contents.GoodLegs(region)).ToList();
        end(failed)(_machine);
        for (var slot = 0; slot < _geometry.Length; slot++)
        {
            if (before[(int)_geometry.RegionOf(slot)].Except(failed).IsEmpty)
            {
                _oracle.Lost(slot);
            }
        }

        ForgetLost(devices, lost);
    }

    /// <summary>What the only leg that held it lost need not be read any more.</summary>
    private void ForgetLost(SimulatedLeg[] devices, List<(int Leg, int Slot)> lost)
    {
        foreach (var (leg, slot) in lost.Where(one => devices[one.Leg] == _legs[one.Leg]))
        {
            if (_machine.Contents.GoodLegs(_geometry.RegionOf(slot)).Contains(leg))
            {
                _oracle.Lost(slot);
            }
        }

        Do(_ => { });
    }

    private void EndLegFlush()
    {
        if (_isFlushing)
        {
            _isFlushing = false;
            FlushAll(_flushing, failed => machine => machine.LegsFlushed(failed));
        }
    }
}
