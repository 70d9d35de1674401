using System.Net.Sockets;
using Kcopyd.Nbd.Serving;
using Kcopyd.Tests.Shared;

namespace Kcopyd.Nbd.Tests.Serving;

public sealed class UnixSocketFileTests : IDisposable
{
    private readonly TempDirectory _directory = new();
    private readonly UnixDomainSocketEndPoint _at;

    public UnixSocketFileTests() => _at = new UnixDomainSocketEndPoint(_directory["socket"]);

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Socket_that_nobody_listens_on_is_removed()
    {
        // Bound and not listened on, it refuses as one does that a killed process left.
        using var left = NewSocket();
        left.Bind(_at);
        UnixSocketFile.RemoveStale(_at);

        Assert.False(File.Exists(_directory["socket"]));
    }

    [Fact]
    public void Socket_that_somebody_listens_on_stays()
    {
        using var listener = NewSocket();
        listener.Bind(_at);
        listener.Listen();

        UnixSocketFile.RemoveStale(_at);

        Assert.True(File.Exists(_directory["socket"]));
    }

    [Theory]
    [InlineData("")]
    [InlineData("somebody's")]
    public async Task Other_files_stay(string content)
    {
        await File.WriteAllTextAsync(_directory["socket"], content);

        UnixSocketFile.RemoveStale(_at);

        Assert.Equal(content, await File.ReadAllTextAsync(_directory["socket"]));
    }

    [Fact]
    public void Nothing_and_directories_are_left_alone()
    {
        UnixSocketFile.RemoveStale(_at);
        Directory.CreateDirectory(_directory["socket"]);

        UnixSocketFile.RemoveStale(_at);

        Assert.True(Directory.Exists(_directory["socket"]));
    }

    private static Socket NewSocket() => new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
}
