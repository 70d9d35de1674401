using Kcopyd.Tests.Shared;
using Xunit.Sdk;

namespace Kcopyd.Interop.Tests.Kernel;

/// <summary>The virtual machine itself, before anything else is judged by it.</summary>
[Collection(KernelVmCollection.Name)]
public sealed class KernelVmTests : IDisposable
{
    private readonly TempDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [SkippableFact]
    public async Task Script_sees_the_disks_and_its_status_and_both_streams_come_back()
    {
        var first = _directory.File("first", 4096);
        var second = _directory.File("second", 8192, seed: 2);

        var result = await KernelVm.RunAsync(
            """
            cat /sys/block/vda/size /sys/block/vdb/size
            dd if=/dev/vda of=/dev/vdb bs=4096 seek=1 conv=fsync status=none
            echo to the other stream >&2
            exit 3
            """,
            first,
            second);

        Assert.Equal(3, result.ExitStatus);
        Assert.Equal(["8", "16", "to the other stream"], result.Lines);
        Assert.Equal(TempDirectory.Bytes(4096, 1), File.ReadAllBytes(second)[4096..]);
    }

    [SkippableFact]
    public async Task Power_cut_leaves_what_was_flushed()
    {
        var disk = _directory.Sparse("disk", 1 << 20);
        await using (var vm = await KernelVm.StartAsync(
            """
            printf flushed | dd of=/dev/vda conv=fsync status=none
            echo now
            while :; do :; done
            """,
            disk))
        {
            await vm.WaitForAsync("now");
            await vm.KillAsync();

            Assert.Equal(["now"], vm.Lines);
            await Assert.ThrowsAnyAsync<XunitException>(vm.EndAsync);
        }

        Assert.Equal("flushed"u8, File.ReadAllBytes(disk).AsSpan(0, 7));
    }
}
