using Kcopyd.Nbd.Client;

namespace Kcopyd.Nbd.Tests.Client;

public sealed class OutageTellerTests
{
    private static readonly NbdUri Uri = NbdUri.Parse("nbd://host/disk");

    [Fact]
    public void Every_outage_is_told_once_however_many_connections_meet_it()
    {
        var told = new List<string?>();
        var teller = new OutageTeller(Uri, outage => told.Add(outage.Reason));

        teller.End();
        teller.Begin("refused");
        teller.Begin("refused, too");
        teller.End();
        teller.End();
        teller.Begin("again");

        Assert.Equal(["refused", null, "again"], told);
    }
}
