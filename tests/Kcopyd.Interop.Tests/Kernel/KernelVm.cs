using System.Diagnostics;
using System.Runtime.InteropServices;
using Kcopyd.Tests.Shared;

namespace Kcopyd.Interop.Tests.Kernel;

/// <summary>A virtual machine with the kernel of Debian under software emulation, that runs a shell script with raw
/// files as its disks <c>/dev/vda</c>, <c>/dev/vdb</c> and so on. See <c>vm.sh</c>, which makes it.</summary>
/// <remarks>
/// Where the machine cannot be had the test is skipped, saying why; in CI it fails. Two run at a time: a third one
/// waits. What the machine needs is kept between runs in the user's cache. Not safe for several threads.
/// </remarks>
internal sealed class KernelVm : IAsyncDisposable
{
    /// <summary>How many run at a time, also in all processes together: each keeps one processor busy. See
    /// <c>vm.sh</c>.</summary>
    private const int MaxMachines = 2;

    /// <summary>What a machine may take from its start to its end; the longest of ours takes a minute.</summary>
    private static readonly TimeSpan RunLimit = TimeSpan.FromSeconds(300);

    /// <summary>What fetching the kernel, or waiting for the machine of another process, may take.</summary>
    private static readonly TimeSpan WaitLimit = TimeSpan.FromMinutes(4);

    private static readonly string[] Programs =
        ["bash", "qemu-system-x86_64", "busybox", "dmsetup", "cpio", "modprobe", "depmod", "flock", "apt-get"];

    private static readonly SemaphoreSlim Machines = new(MaxMachines, MaxMachines);
    private static readonly Lazy<Task<string?>> WhyNot = new(PrepareAsync);

    private readonly TempDirectory _work = new();
    private readonly CancellationTokenSource _limit = new(WaitLimit);
    private readonly List<string> _lines = [];
    private Process? _process;
    private Task<string> _error = Task.FromResult("");

    private KernelVm()
    {
    }

    /// <summary>What the script has printed so far, as far as it was waited for.</summary>
    public IReadOnlyList<string> Lines => _lines;

    /// <summary>Runs a script to its end.</summary>
    public static async Task<KernelVmResult> RunAsync(string script, params string[] disks)
    {
        await using var vm = await StartAsync(script, disks);
        return await vm.EndAsync();
    }

    /// <summary>Boots, and returns when the script is about to run.</summary>
    public static async Task<KernelVm> StartAsync(string script, params string[] disks)
    {
        Require.Linux();
        Require.That(RuntimeInformation.OSArchitecture == Architecture.X64, "needs an x86-64 machine");
        Require.Programs(Programs);
        var whyNot = await WhyNot.Value;
        Require.That(whyNot is null, $"needs a virtual machine with the kernel of Debian ({whyNot})");

        var vm = new KernelVm();
        try
        {
            await vm.BootAsync(script, disks);
            return vm;
        }
        catch
        {
            await vm.DisposeAsync();
            throw;
        }
    }

    /// <summary>Waits until the script prints this line; a script that ends without it fails the test.</summary>
    public async Task WaitForAsync(string marker)
    {
        while (await ReadLineAsync() is { } line)
        {
            if (line == marker)
            {
                return;
            }
        }

        Assert.Fail($"The machine ended before it printed '{marker}'.\n{await SaidAsync()}");
    }

    /// <summary>Waits until the script prints so many more lines; one that ends before fails the test.</summary>
    public async Task WaitForAsync(int lines)
    {
        for (var left = lines; left > 0; left--)
        {
            if (await ReadLineAsync() is null)
            {
                Assert.Fail($"The machine ended {left} lines too early.\n{await SaidAsync()}");
            }
        }
    }

    /// <summary>Waits until the script has ended and the machine is off.</summary>
    public async Task<KernelVmResult> EndAsync()
    {
        while (await ReadLineAsync() is not null)
        {
        }

        await _process!.WaitForExitAsync(_limit.Token);
        var last = _lines.LastOrDefault()?.Split(' ');
        if (last is ["exit", var status])
        {
            return new KernelVmResult(int.Parse(status, null), [.. _lines.SkipLast(1)]);
        }

        Assert.Fail($"The machine ended before its script.\n{await SaidAsync()}");
        return null;
    }

    /// <summary>Cuts the power. What the guest flushed is in the disks; what it only wrote may be.</summary>
    public async Task KillAsync()
    {
        _process!.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await KillAsync();
            await _error;
            _process.Dispose();
            _process = null;
            Machines.Release();
        }

        _limit.Dispose();
        _work.Dispose();
    }

    /// <summary>Makes sure that what the machine needs is kept; returns why it is not.</summary>
    private static async Task<string?> PrepareAsync()
    {
        using var limit = new CancellationTokenSource(WaitLimit);
        using var process = StartScript(["prepare"]);
        try
        {
            var error = await process.StandardError.ReadToEndAsync(limit.Token);
            await process.WaitForExitAsync(limit.Token);
            return process.ExitCode == 0 ? null : $"vm.sh prepare: exit {process.ExitCode}: {error.Trim()}";
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            return $"vm.sh prepare took longer than {WaitLimit}";
        }
    }

    private static Process StartScript(string[] arguments)
    {
        var script = Path.Combine(AppContext.BaseDirectory, "Kernel/vm.sh");
        return Process.Start(new ProcessStartInfo("bash", [script, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
    }

    private async Task BootAsync(string script, string[] disks)
    {
        await File.WriteAllTextAsync(_work["script"], script);
        await Machines.WaitAsync(_limit.Token);
        try
        {
            _process = StartScript(["boot", _work.Path, _work["script"], .. disks]);
        }
        catch
        {
            Machines.Release();
            throw;
        }

        _error = _process.StandardError.ReadToEndAsync();
        await WaitForAsync("vm: started");
        _lines.Clear();
        _limit.CancelAfter(RunLimit);
    }

    private async Task<string?> ReadLineAsync()
    {
        try
        {
            var line = await _process!.StandardOutput.ReadLineAsync(_limit.Token);
            if (line is not null)
            {
                _lines.Add(line);
            }

            return line;
        }
        catch (OperationCanceledException)
        {
            await KillAsync();
            Assert.Fail($"The machine took too long.\n{await SaidAsync()}");
            return null;
        }
    }

    private async Task<string> SaidAsync()
    {
        var console = File.Exists(_work["console"]) ? await File.ReadAllLinesAsync(_work["console"]) : [];
        return string.Join('\n', ["Script:", .. _lines, "Kernel:", .. console.TakeLast(20), "Machine:", await _error]);
    }
}
