using Kcopyd.Tests.Shared;
using Xunit.Abstractions;

namespace Kcopyd.Interop.Tests.Nbd;

/// <summary>fio verifies what it writes to <c>kcopyd serve</c> for some seconds; <c>KCOPYD_FIO_SECONDS</c> is for how
/// many.</summary>
/// <param name="output">Takes what was done.</param>
public sealed class ServedLoadTests(ITestOutputHelper output) : IDisposable
{
    private const int Jobs = 4;

    private readonly TempDirectory _files = new();

    public void Dispose() => _files.Dispose();

    [SkippableFact]
    public async Task Mirror_that_recovers_has_what_was_written_and_equal_legs_in_the_end()
    {
        Require.Programs("fio");
        var mirror = new ServedMirror(_files, "mirror", 384 << 20);
        await mirror.MakeAsync();
        await using var server = await KcopydServer.StartAsync(_files, mirror);
        var loading = Task.Run(() => Fio.VerifyForSeconds(server.Uri("mirror"), Jobs, mirror.Bytes));

        var atFirst = (await server.StatusAsync("mirror")).GetProperty("work");
        output.WriteLine($"{atFirst}, then {await loading} passes");

        Assert.Equal("recovery", atFirst.GetProperty("kind").GetString());
        await mirror.CheckAsync(server);
        Assert.Equal("kcopyd: mirror: all legs are in sync\n", await server.TerminateAsync());
        await VerifyAgainAsync(mirror);
    }

    [SkippableFact]
    public async Task Origin_with_snapshots_has_what_was_written_and_they_what_was_there_before()
    {
        Require.Programs("fio", "qemu-img");
        var origin = new ServedOrigin(_files, "origin", 96 << 20, isOriginWritten: true);
        await origin.MakeAsync();
        await using var server = await KcopydServer.StartAsync(_files, origin);

        output.WriteLine($"{Fio.VerifyForSeconds(server.Uri("origin"), Jobs, origin.Bytes)} passes");

        await origin.CheckAsync(server);
        await server.TerminateAsync();
        await VerifyAgainAsync(origin);
    }

    /// <summary>Another run of the program finds it as it was left.</summary>
    private async Task VerifyAgainAsync(ServedDisk disk)
    {
        await using var again = await KcopydServer.StartAsync(_files, disk);
        await disk.CheckAsync(again);
        await again.TerminateAsync();
    }
}
