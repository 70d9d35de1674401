using System.Collections.Immutable;
using Kcopyd.Actors.Copying;
using Kcopyd.Actors.TestKit.Devices;
using Kcopyd.Core;
using Kcopyd.Devices;
using static Kcopyd.Actors.Tests.Copying.Devices;

namespace Kcopyd.Actors.Tests.Copying;

/// <summary>Ten thousand jobs of a segment each, on a budget of one, on the engine's own threads.</summary>
/// <remarks>
/// The contract has two parts. Pages are granted in the order in which they were asked for: strictly. Jobs are begun in
/// the order of their acceptance, but those begun at once ask when their actors get their turn: so a job comes before
/// earlier ones only if it was active together with them.
/// </remarks>
public sealed class AdmissionOrderTests() : Akka.TestKit.Xunit2.TestKit(RecordingMailbox.ConfigFor("/copier"))
{
    private const int Jobs = 10_000;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly KcopydClientOptions _options = new() { PageBudget = 4.KiB, Name = "copier" };

    [Fact]
    public async Task Segments_are_read_in_the_order_in_which_their_jobs_asked_for_pages()
    {
        var reads = await ReadsAsync(_options);

        var asked = RecordingMailbox.Received<ClientWork.AdmitSegment>(Sys).Select(asks => asks.Admission.Job - 1);
        Assert.Equal(asked, reads);
    }

    [Fact]
    public async Task Job_overtakes_only_those_that_are_active_together_with_it()
    {
        var reads = await ReadsAsync(_options);

        Assert.Equal(Jobs, reads.Distinct().Count());
        for (var position = 0; position < Jobs; position++)
        {
            var overtaken = reads[position] - position;
            Assert.True(overtaken < _options.ActiveJobs, $"Job {reads[position]} was read as number {position}.");
        }
    }

    [Fact]
    public async Task One_active_job_at_a_time_makes_the_order_that_of_acceptance()
    {
        var reads = await ReadsAsync(_options with { ActiveJobs = 1 });

        Assert.Equal(Enumerable.Range(0, Jobs).Select(i => (long)i), reads);
    }

    /// <summary>The jobs, from 0, in the order in which they were read.</summary>
    private async Task<ImmutableArray<long>> ReadsAsync(KcopydClientOptions options)
    {
        await using var client = await KcopydClient.CreateAsync(Sys, options);
        var (log, target) = (new DeviceLog(), Target(Jobs * 512));
        var source = new RecordingBlockDevice(Source(Jobs * 512), log, "source");

        // One caller: the jobs are accepted in this order.
        var copies = Enumerable.Range(0, Jobs).Select(i => client.CopyAsync(
            CopyRequest.Copy(Region(source, i, 1), Region(target, i, 1)) with { Options = Pages })).ToList();
        var completed = await Task.WhenAll(copies).WaitAsync(Patience);

        Assert.All(completed, AssertGood);
        AssertCopied(target);
        var status = await client.GetStatusAsync().WaitAsync(Patience);
        Assert.Equal((0, 1, 0, 0), (status.TakenPages, status.PeakPages, status.WaitingSegments, status.ActiveJobs));
        var reads = log.Find(DeviceLogPhase.Begun, DeviceOperation.Read);
        return [.. reads.Select(entry => entry.Request.Range.Start)];
    }
}
