using Kcopyd.Actors.Snapshots;
using Kcopyd.Cli.Planning;
using Kcopyd.Cli.Reporting;
using Kcopyd.Cli.Requests;
using Kcopyd.Core.Paging;
using Kcopyd.Devices;

namespace Kcopyd.Cli.Execution;

/// <summary>Writes what a snapshot shows to standard output. Opens everything for reading.</summary>
internal sealed class SnapshotReadRun(SnapshotOrder order, IBlockDeviceOpener opener)
{
    /// <summary>128 and SIGPIPE: what other programs end with when who reads them goes away.</summary>
    private const int BrokenPipe = ExitCodes.SignalBase + 13;

    /// <summary>1 MiB at a time, of which one is read while the other is written.</summary>
    private const int BufferPages = 256;

    /// <summary>The write that is under way.</summary>
    private Task _writing = Task.CompletedTask;

    /// <summary>Does it.</summary>
    /// <returns>The exit code.</returns>
    /// <exception cref="RefusedException">It cannot be done; nothing was written.</exception>
    internal async Task<int> RunAsync()
    {
        if (!InheritedDescriptor.IsOpen(InheritedDescriptor.Output))
        {
            throw new RefusedException("standard output is closed");
        }

        if (!Console.IsOutputRedirected)
        {
            throw new RefusedException(
                "standard output is a terminal, and what the snapshot shows is for a file or a pipe");
        }

        using var interruption = new Interruption();
        return await interruption.GuardAsync(() => RunAsync(interruption.Token)).ConfigureAwait(false);
    }

    private async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        await RefuseOutputAsync(cancellationToken).ConfigureAwait(false);
        var view = await SnapshotView.OpenAsync(order.Table, opener, cancellationToken).ConfigureAwait(false);
        await using (view.ConfigureAwait(false))
        {
            SnapshotReport.RemarkChunks(order, view.Table);
            using var memory = new PageMemory(2 * BufferPages);
            using var lease = memory.Lease(new PageRun(0, 2 * BufferPages), static _ => { });
            try
            {
                var half = lease.LengthBytes / 2;
                return await WriteAsync(view, (lease.Memory[..half], lease.Memory[half..]), cancellationToken)
                    .ConfigureAwait(false);
            }
            finally
            {
                // A pipe that nobody reads keeps its writer, and what it writes, until the process ends.
                if (_writing.IsCompleted)
                {
                    lease.LetGo();
                }
            }
        }
    }

    /// <summary>What is read must not be written over by the reading of it.</summary>
    private async Task RefuseOutputAsync(CancellationToken cancellationToken)
    {
        var output = await DeviceRefusals
            .TryDescribeAsync(opener, StandardOutput.Path, cancellationToken).ConfigureAwait(false);
        var (origin, cow) = await SnapshotPlanning
            .DescribeAsync(opener, order, cancellationToken).ConfigureAwait(false);
        DeviceRefusals.RefuseMissing(origin, cow);
        foreach (var device in new[] { origin, cow })
        {
            if (device.Storage.Any(one => output?.Storage.Any(one.Overlaps) == true))
            {
                throw new RefusedException($"standard output is {device.Uri}, which the snapshot is read from");
            }
        }

        await SnapshotPlanning.WarnOfMountedAsync(opener, origin, cow, cancellationToken).ConfigureAwait(false);
    }

    private async Task<int> WriteAsync(
        SnapshotView view, (Memory<byte> Front, Memory<byte> Back) buffers, CancellationToken cancellationToken)
    {
        using var output = StandardOutput.Open();
        var (at, end) = (order.Range.StartBytes, order.Range.StartBytes + order.Range.CountBytes);
        try
        {
            while (at < end)
            {
                var piece = buffers.Front[..(int)Math.Min(buffers.Front.Length, end - at)];
                await view.ReadAsync(at, piece, cancellationToken).ConfigureAwait(false);
                await _writing.WaitAsync(cancellationToken).ConfigureAwait(false);
                _writing = output.WriteAsync(piece, CancellationToken.None).AsTask();
                buffers = (buffers.Back, buffers.Front);
                at += piece.Length;
            }

            await _writing.WaitAsync(cancellationToken).ConfigureAwait(false);
            await output.FlushAsync(cancellationToken).ConfigureAwait(false);
            return ExitCodes.Done;
        }
        catch (IOException e) when (StandardOutput.IsBrokenPipe(e))
        {
            return BrokenPipe;
        }
        finally
        {
            // A write to a pipe cannot be stopped: after a signal it is left behind.
            await _writing.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
