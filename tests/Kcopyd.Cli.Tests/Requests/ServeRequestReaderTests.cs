using System.Net;
using System.Net.Sockets;
using Kcopyd.Cli.Requests;

namespace Kcopyd.Cli.Tests.Requests;

public sealed class ServeRequestReaderTests
{
    private static readonly ServeText Plain = new() { Exports = ["disk=/disk.img"] };

    [Fact]
    public void Nothing_given_means_loopback_and_the_port_of_nbd()
    {
        var request = Read(Plain);

        Assert.Equal(new IPEndPoint(IPAddress.Loopback, 10809), Assert.Single(request.Listen));
        Assert.Equal(("disk", "/disk.img"), Assert.Single(request.Files));
        Assert.Equal(("/run/kcopyd/control", "/state/kcopyd/serve"), (request.Control, request.StateDirectory));
        Assert.Null(request.Tables);
        Assert.Null(request.MaxConnections);
        Assert.Null(request.IdleTimeout);
        Assert.NotNull(request.Journal);
    }

    [Fact]
    public void A_socket_alone_opens_no_port()
    {
        var request = Read(Plain with { Sockets = ["/run/nbd"] });

        Assert.IsType<UnixDomainSocketEndPoint>(Assert.Single(request.Listen));
        Assert.Equal(2, Read(Plain with { Sockets = ["/run/nbd"], Listen = ["[::1]"] }).Listen.Length);
    }

    [Fact]
    public void Words_become_what_they_mean()
    {
        var request = Read(new ServeText
        {
            Tables = "tables",
            Exports = ["a=b=c"],
            ReadOnly = ["a"],
            MaxConnections = "5",
            IdleTimeout = "10m",
            Journaling = new JournalText { NoJournal = true },
        });

        Assert.Equal(Path.GetFullPath("tables"), request.Tables);
        Assert.Equal(("a", "b=c"), Assert.Single(request.Files));
        Assert.Equal(5, request.MaxConnections);
        Assert.Equal(TimeSpan.FromMinutes(10), request.IdleTimeout);
        Assert.Null(request.Journal);
    }

    [Theory]
    [InlineData("127.0.0.1", "127.0.0.1:10809")]
    [InlineData("127.0.0.1:9", "127.0.0.1:9")]
    [InlineData("0.0.0.0:0", "0.0.0.0:0")]
    [InlineData("::1", "[::1]:10809")]
    [InlineData("[::1]", "[::1]:10809")]
    [InlineData("[::1]:9", "[::1]:9")]
    [InlineData("localhost", "127.0.0.1:10809")]
    [InlineData("LOCALHOST:9", "127.0.0.1:9")]
    public void An_address_may_have_a_port(string word, string endPoint) =>
        Assert.Equal(endPoint, $"{ServeRequestReader.ReadAddress(word)}");

    [Theory]
    [InlineData("")]
    [InlineData("10809")]
    [InlineData(":10809")]
    [InlineData("1.2")]
    [InlineData("127.0.0.1:65536")]
    [InlineData("127.0.0.1:x")]
    [InlineData("[::1]:65536")]
    [InlineData("localhostess")]
    [InlineData("nas.example.org:10809")]
    public void What_is_no_address_is_refused(string word)
    {
        var refusal = Assert.Throws<RefusedException>(() => ServeRequestReader.ReadAddress(word));

        Assert.Contains($"--listen '{word}' is no address", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("disk", "--export 'disk' is not NAME=DEVICE")]
    [InlineData("disk=", "--export 'disk=' is not NAME=DEVICE")]
    [InlineData("=a", "--export '' is no name of a device")]
    [InlineData("a/b=a", "--export 'a/b' is no name of a device")]
    public void An_export_is_a_name_and_a_device(string word, string sentence) =>
        Refused(new ServeText { Exports = [word] }, sentence);

    [Fact]
    public void What_contradicts_itself_or_is_no_value_is_refused()
    {
        Refused(new ServeText(), "there is nothing to serve");
        Refused(Plain with { Key = "k" }, "--tls-certificate, which is missing");
        Refused(Plain with { TlsOptional = true }, "--tls-certificate is missing");
        Refused(
            Plain with { Journaling = new JournalText { NoJournal = true, Journal = "j" } }, "contradict each other");
        Refused(Plain with { MaxConnections = "0" }, "--max-connections");
        Refused(Plain with { MaxConnections = "65537" }, "--max-connections");
        Refused(Plain with { IdleTimeout = "0s" }, "--idle-timeout '0s'");
        Refused(Plain with { IdleTimeout = "25h" }, "--idle-timeout '25h'");
        Refused(Plain with { IdleTimeout = "soon" }, "--idle-timeout 'soon'");
        Refused(Plain with { Sockets = [""] }, "--socket ''");
        Refused(Plain with { Sockets = [new string('s', 200)] }, "longer than the path of a socket");
        Refused(Plain with { Tables = "" }, "TABLES");
        Refused(Plain with { Certificate = "" }, "--tls-certificate");
    }

    private static ServeRequest Read(ServeText text) => ServeRequestReader.Read(
        text, new ControlPlace(name => name == "XDG_STATE_HOME" ? "/state" : null, isRoot: true));

    private static void Refused(ServeText text, string words) => Assert.Contains(
        words, Assert.Throws<RefusedException>(() => Read(text)).Message, StringComparison.Ordinal);
}
