using Kcopyd.Cli.Serving;
using Kcopyd.Devices;
using Kcopyd.Nbd.Serving;

namespace Kcopyd.Cli.Tests.Serving;

public sealed class RequestComplaintsTests
{
    private readonly ManualClock _clock = new();
    private readonly List<string> _said = [];
    private readonly RequestComplaints _complaints;

    public RequestComplaintsTests() => _complaints = new RequestComplaints(_clock, _said.Add);

    [Fact]
    public void A_failure_says_whose_request_it_was_and_what_the_device_said()
    {
        Tell("vm", 4096);

        Assert.Equal(
            ["vm: a request of process 7 failed: /dev/x: read at byte 4096 failed: input/output error"], _said);
    }

    [Fact]
    public void In_ten_seconds_one_of_each_export_is_told_and_the_others_are_counted()
    {
        Tell("vm", 0);
        Tell("vm", 512);
        Tell("vm", 1024);
        Tell("log", 0);
        Assert.Equal(2, _said.Count);

        _clock.Now += TimeSpan.FromSeconds(10);
        Tell("log", 0);
        Tell("vm", 1536);

        Assert.Equal(_said[1], _said[2]);
        Assert.EndsWith("at byte 1536 failed: input/output error (and 2 more)", _said[3]);
    }

    private void Tell(string export, long offset) => _complaints.Tell(new NbdRequestFailure(
        export,
        "process 7",
        new DeviceException("/dev/x", DeviceOperation.Read, DeviceErrorKind.Io, "input/output error")
        {
            Offset = offset,
        }));
}
