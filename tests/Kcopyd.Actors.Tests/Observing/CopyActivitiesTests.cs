using System.Diagnostics;
using Kcopyd.Actors.Copying;
using Kcopyd.Actors.TestKit.Devices;
using Kcopyd.Core.Copying;
using Kcopyd.Devices;
using static Kcopyd.Actors.Tests.Copying.Devices;

namespace Kcopyd.Actors.Tests.Observing;

/// <summary>One activity per job, the caller's child.</summary>
[Collection(InstrumentsCollection.Name)]
public sealed class CopyActivitiesTests : Akka.TestKit.Xunit2.TestKit
{
    private const int Length = 20 * 4096;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly ActivityRecorder _recorder = new();

    [Theory]
    [InlineData(false, CopyOutcome.Completed)]
    [InlineData(true, CopyOutcome.Failed)]
    public async Task Job_has_one_activity_with_its_name_and_outcome(bool fails, CopyOutcome outcome)
    {
        await using var client = await KcopydClient.CreateAsync(Sys);
        var source = new FaultyBlockDevice(Source(Length), new DeviceFault(DeviceOperation.Read).Forever());

        var name = await RunAsync(client, fails ? source : Source(Length));

        var activity = _recorder.Of(name);
        Assert.Equal(("copy", outcome.ToString()), (activity.OperationName, activity.GetTagItem("kcopyd.outcome")));
        Assert.True(activity.Duration > TimeSpan.Zero, $"{activity.Duration}");
    }

    [Fact]
    public async Task Job_is_the_child_of_the_activity_in_which_it_was_asked_for()
    {
        await using var client = await KcopydClient.CreateAsync(Sys);
        using var caller = new Activity("caller").Start();

        var names = new[] { await RunAsync(client), await RunAsync(client) };

        Assert.All(names, name => Assert.Equal(caller.Id, _recorder.Of(name).ParentId));
        Assert.All(names, name => Assert.Equal(caller.TraceId, _recorder.Of(name).TraceId));
        Assert.Same(caller, Activity.Current);
    }

    [Fact]
    public async Task Jobs_of_many_callers_at_once_belong_each_to_its_own()
    {
        await using var client = await KcopydClient.CreateAsync(Sys);

        var pairs = await Task.WhenAll(Enumerable.Range(0, 50).Select(i => Task.Run(async () =>
        {
            using var caller = new Activity($"caller {i}").Start();
            return (caller.Id, Name: await RunAsync(client));
        })));

        Assert.All(pairs, pair => Assert.Equal(pair.Id, _recorder.Of(pair.Name).ParentId));
    }

    [Fact]
    public async Task Jobs_that_nobody_has_in_common_are_not_each_others_children()
    {
        await using var client = await KcopydClient.CreateAsync(Sys);
        Assert.Null(Activity.Current);

        var names = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => RunAsync(client)));

        Assert.All(names, name => Assert.Null(_recorder.Of(name).ParentId));
        Assert.Equal(names.Length, names.Select(name => _recorder.Of(name).TraceId).Distinct().Count());
        Assert.Null(Activity.Current);
    }

    protected override void AfterAll()
    {
        _recorder.Dispose();
        base.AfterAll();
    }

    /// <summary>Runs a job with a name that no other has.</summary>
    private static async Task<string> RunAsync(KcopydClient client, IBlockDevice? source = null)
    {
        var name = $"observed-{Guid.NewGuid():N}";
        var request = Copy(source ?? Source(Length), Target(Length)) with { Name = name };
        await client.CopyAsync(request).WaitAsync(Patience);
        return name;
    }
}
