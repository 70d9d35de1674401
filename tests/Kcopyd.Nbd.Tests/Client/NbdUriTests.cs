using System.Net;
using System.Net.Sockets;
using FsCheck;
using FsCheck.Fluent;
using Kcopyd.Devices;
using Kcopyd.Nbd.Client;

namespace Kcopyd.Nbd.Tests.Client;

public sealed class NbdUriTests
{
    [Theory]
    [InlineData("nbd://host", "host", 10809, "", false)]
    [InlineData("nbd://host/", "host", 10809, "", false)]
    [InlineData("nbds://host:1/disk", "host", 1, "disk", true)]
    [InlineData("nbd://host//disk", "host", 10809, "/disk", false)]
    [InlineData("nbd://host///", "host", 10809, "//", false)]
    [InlineData("nbd://host/a%20b%2Fc", "host", 10809, "a b/c", false)]
    [InlineData("nbd://[::1]:10810/disk", "::1", 10810, "disk", false)]
    [InlineData("nbd://127.0.0.1/disk?", "127.0.0.1", 10809, "disk", false)]
    public void Host_names_an_address(string text, string host, int port, string export, bool usesTls)
    {
        var uri = NbdUri.Parse(text);

        Assert.Equal(new NbdUri(text, host, port, null, export, usesTls), uri);
        Assert.Equal((host, port), uri.EndPoint is DnsEndPoint at ? (at.Host, at.Port) : default);
    }

    [Theory]
    [InlineData("nbd://host", true)]
    [InlineData("NBDS://host", true)]
    [InlineData("nbd+unix:///?socket=/run/a", true)]
    [InlineData("nbds+unix:nonsense", true)]
    [InlineData("nbd", false)]
    [InlineData("/dev/nbd0", false)]
    [InlineData("nbdx://host", false)]
    [InlineData("linear:nbd://host", false)]
    public void Scheme_tells_an_export_from_another_device(string text, bool isOne) =>
        Assert.Equal(isOne, NbdScheme.IsUri(text));

    [Theory]
    [InlineData("nbd+unix:///?socket=/run/a", "/run/a", "", false)]
    [InlineData("nbds+unix:///disk?socket=/run/a%20b", "/run/a b", "disk", true)]
    [InlineData("nbd+unix:////disk?socket=relative", "relative", "/disk", false)]
    public void Socket_names_a_file(string text, string socket, string export, bool usesTls)
    {
        var uri = NbdUri.Parse(text);

        Assert.Equal(new NbdUri(text, null, 0, socket, export, usesTls), uri);
        Assert.IsType<UnixDomainSocketEndPoint>(uri.EndPoint);
    }

    [Theory]
    [InlineData("nbd://host/disk", "nbd://host/disk")]
    [InlineData("nbd+unix:///disk?socket=/run/a%20b", "nbd+unix:///disk?socket=/run/a%20b")]
    [InlineData("nbd+unix:///socket=?socket=a%20b/c", "nbd+unix:///socket=?socket=HERE/a%20b/c")]
    [InlineData("nbd+unix:///?socket=a-socket=1", "nbd+unix:///?socket=HERE/a-socket%3D1")]
    [InlineData("nbds+unix:///?socket=../c", "nbds+unix:///?socket=ABOVE/c")]
    [InlineData("nbd+unix:///disk", "nbd+unix:///disk")]
    [InlineData("nbd:nonsense", "nbd:nonsense")]
    public void Absolute_uri_means_the_same_in_every_directory(string text, string expected)
    {
        static string Escape(string path) => string.Join('/', path.Split('/').Select(Uri.EscapeDataString));
        var here = Environment.CurrentDirectory;
        var there = expected
            .Replace("HERE", Escape(here), StringComparison.Ordinal)
            .Replace("ABOVE", Escape(Path.GetDirectoryName(here)!), StringComparison.Ordinal);

        Assert.Equal(there, NbdScheme.ToAbsolute(text));
    }

    [Theory]
    [InlineData("", "it is no URI")]
    [InlineData("disk", "it is no URI")]
    [InlineData("/dev/sda", "it is no URI")]
    [InlineData("http://host/disk", "it is no URI")]
    [InlineData("nbd:disk", "it names no host")]
    [InlineData("nbd:///disk", "it names no host")]
    [InlineData("nbd://host/disk?socket=/run/a", "'?socket=/run/a' means nothing here")]
    [InlineData("nbd+unix://host/disk?socket=/run/a", "it names a host and a Unix socket")]
    [InlineData("nbd+unix:///disk", "it names no socket")]
    [InlineData("nbd+unix:///disk?path=/run/a", "it names no socket")]
    [InlineData("nbd+unix:///disk?socket=/run/a&other=b", "it names no socket")]
    [InlineData("nbd+unix:///disk?socket=", "the path of its socket is empty")]
    public void Anything_else_is_refused_in_one_sentence(string text, string words)
    {
        var refusal = Assert.Throws<DeviceException>(() => NbdUri.Parse(text));

        Assert.Equal(DeviceErrorKind.NotADevice, refusal.Kind);
        Assert.StartsWith($"{text}: open failed: {words}", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Path_of_a_socket_is_as_long_as_the_system_lets_it_be()
    {
        var most = $"/{new string('a', 106)}";
        Assert.Equal(most, NbdUri.Parse($"nbd+unix:///?socket={most}").Socket);

        var refusal = await Assert.ThrowsAsync<DeviceException>(() => NbdBlockDevice.OpenAsync(
            $"nbd+unix:///?socket={most}aa", BlockDeviceAccess.Read, null, default));

        Assert.EndsWith(
            "the path of its socket has 109 bytes, more than a socket's may have",
            refusal.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Name_of_an_export_is_as_long_as_the_protocol_lets_it_be()
    {
        Assert.Equal(4096, NbdUri.Parse($"nbd://host/{new string('a', 4096)}").Export.Length);
        Assert.Throws<DeviceException>(() => NbdUri.Parse($"nbd://host/{new string('a', 4097)}"));
        Assert.Throws<DeviceException>(() => NbdUri.Parse($"nbd://host/{new string('ä', 2049)}"));
    }

    [Fact]
    public void Escaped_names_come_back()
    {
        var name = Gen.ArrayOf(Gen.Elements("/", "a", " ", "%", "?", "#", "&", "=", "ä", ":", "\\", "+", "💾"))
            .Select(static letters => string.Concat(letters.Take(20)));
        Prop.ForAll(name.ToArbitrary(), export =>
        {
            var escaped = Uri.EscapeDataString(export);
            Assert.Equal(export, NbdUri.Parse($"nbd://host/{escaped}").Export);
            Assert.Equal(export, NbdUri.Parse($"nbds+unix:///{escaped}?socket=a").Export);
            Assert.Equal($"/{export}", NbdUri.Parse($"nbd+unix:///?socket=/{escaped}").Socket);
        }).QuickCheckThrowOnFailure();
    }
}
