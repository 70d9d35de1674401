namespace Kcopyd.Interop.Tests.Kernel;

/// <summary>One of the two snapshots of a case.</summary>
/// <param name="Snapshot">The case.</param>
/// <param name="Maker">Who makes it: 0, we do; 1, the kernel.</param>
/// <param name="Origin">Where its origin begins, in sectors of the disk of origins.</param>
/// <param name="Store">Where its store begins, in sectors of the disk of stores.</param>
/// <param name="Expectation">What was written to it.</param>
internal sealed record RelayPart(
    RelaySnapshot Snapshot, int Maker, int Origin, int Store, SnapshotExpectation Expectation)
{
    /// <summary>What the script prints before it runs.</summary>
    public string Heading => $"== {Snapshot}, {Maker}";

    /// <summary>The run that a turn is; there may be none.</summary>
    public int RunAt(int turn) => turn - Maker;

    /// <summary>The line of the script that runs it.</summary>
    public string CallOf(int number)
    {
        var run = Snapshot.Runs[number];
        var steps = string.Join("; ", run.Steps.Select(step => $"step {step}"));
        var hold = run.Hold is var (start, sectors) ? $" {start} {sectors}" : "";
        return $"relay '{Snapshot}, {Maker}' '{Snapshot.TableOf(number)}' {Origin} {Store} {Snapshot.CowSectors}"
            + $" '{steps}'{hold}";
    }
}
