using System.Security.Authentication;
using Kcopyd.Cli.Serving;

namespace Kcopyd.Cli.Tests.Serving;

public sealed class ConnectionComplaintsTests
{
    private readonly ManualClock _clock = new();
    private readonly List<string> _said = [];
    private readonly ConnectionComplaints _complaints;

    public ConnectionComplaintsTests() => _complaints = new ConnectionComplaints(_clock, _said.Add);

    [Fact]
    public void A_client_that_breaks_the_rules_is_told_of()
    {
        _complaints.Tell(new AuthenticationException("The handshake failed."));

        Assert.Equal(["a client was cut off: The handshake failed"], _said);
    }

    [Fact]
    public void A_connection_that_broke_is_nobodys_fault()
    {
        _complaints.Tell(new IOException("broken pipe"));
        _complaints.Tell(new TimeoutException("too slow"));

        Assert.Empty(_said);
    }

    [Fact]
    public void In_a_second_one_is_told_and_the_others_are_counted()
    {
        for (var i = 0; i < 3; i++)
        {
            _complaints.Tell(new AuthenticationException("no."));
        }

        _clock.Now += TimeSpan.FromMilliseconds(999);
        _complaints.Tell(new AuthenticationException("no."));
        Assert.Single(_said);

        _clock.Now += TimeSpan.FromMilliseconds(1);
        _complaints.Tell(new AuthenticationException("never."));
        Assert.Equal("a client was cut off: never (and 3 more)", _said[1]);

        _clock.Now += TimeSpan.FromSeconds(1);
        _complaints.Tell(new AuthenticationException("again."));
        Assert.Equal("a client was cut off: again", _said[2]);
    }
}
