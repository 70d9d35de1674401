using System.Collections.Immutable;
using Kcopyd.Cli.Planning;
using Kcopyd.Cli.Reporting;
using Kcopyd.Cli.Requests;
using Kcopyd.Core.Copying;
using Kcopyd.Devices;

namespace Kcopyd.Cli.Execution;

/// <summary>The devices of a job, opened in an order that leaves nothing behind when one of them refuses.</summary>
/// <remarks>
/// 1. What exists is opened, which changes nothing. 2. <see cref="PrepareAsync"/> creates what is missing and then
/// extends what is too short. 3. Until <see cref="Keep"/> is called, disposal takes both back, while each file is still
/// locked: nobody has it who could lose it.
/// </remarks>
internal sealed class TransferDevices : IAsyncDisposable
{
    /// <summary>EEXIST.</summary>
    private const int FileExists = 17;

    private readonly IBlockDeviceOpener _opener;
    private readonly TransferRequest _request;
    private readonly TransferPlan _plan;
    private readonly IBlockDevice?[] _targets;

    /// <summary>What takes back what was prepared.</summary>
    private readonly Stack<(string Uri, Func<ValueTask> TakeBack)> _prepared = new();
    private IBlockDevice? _source;
    private bool _isKept;

    private TransferDevices(IBlockDeviceOpener opener, TransferRequest request, TransferPlan plan)
    {
        _opener = opener;
        _request = request;
        _plan = plan;
        _targets = new IBlockDevice?[plan.Targets.Length];
    }

    /// <summary>The region read; null for zeros.</summary>
    internal IoRegion? Source => _source is null ? null : new IoRegion(_source, _plan.Source!.Value);

    /// <summary>The regions written, or compared.</summary>
    internal ImmutableArray<IoRegion> Targets =>
        [.. _plan.Targets.Select((target, index) => new IoRegion(_targets[index]!, target.Range))];

    /// <summary>Opens every device that exists. Nothing stays open when it fails.</summary>
    /// <exception cref="DeviceException">A device refused.</exception>
    internal static async Task<TransferDevices> OpenAsync(
        IBlockDeviceOpener opener, TransferRequest request, TransferPlan plan, CancellationToken cancellationToken)
    {
        var devices = new TransferDevices(opener, request, plan);
        try
        {
            await devices.OpenExistingAsync(cancellationToken).ConfigureAwait(false);
            return devices;
        }
        catch
        {
            await devices.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Creates and extends files. When it fails, dispose: that takes back what was done.</summary>
    /// <exception cref="DeviceException">The system refused.</exception>
    internal async Task PrepareAsync(CancellationToken cancellationToken)
    {
        for (var i = 0; i < _targets.Length; i++)
        {
            var target = _plan.Targets[i];
            if (target.Preparation == TargetPreparation.Create)
            {
                await CreateAsync(i, target, cancellationToken).ConfigureAwait(false);
            }
        }

        for (var i = 0; i < _targets.Length; i++)
        {
            var target = _plan.Targets[i];
            if (target.Preparation == TargetPreparation.Extend)
            {
                await ExtendAsync(_targets[i]!, target, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>The targets, by index, that were created.</summary>
    internal TargetMask Created { get; private set; }

    /// <summary>The job was accepted: what was created and extended stays, whatever comes.</summary>
    internal void Keep() => _isKept = true;

    /// <summary>The job was accepted and then not begun, so that nothing was written: it is as if it never came to
    /// be.</summary>
    internal void GiveUp() => _isKept = false;

    /// <summary>Closes every device, and takes back what was prepared for a job that never came to be.</summary>
    /// <remarks>What does not succeed is said, keeps nothing else from being done, and takes the place of no refusal
    /// that is on its way.</remarks>
    public async ValueTask DisposeAsync()
    {
        while (_prepared.TryPop(out var prepared))
        {
            if (!_isKept)
            {
                await TryAsync($"{prepared.Uri} stays as it was prepared", prepared.TakeBack).ConfigureAwait(false);
            }
        }

        foreach (var device in _targets.Append(_source).OfType<IBlockDevice>().Distinct())
        {
            await TryAsync($"{device.Identity.Uri} was not closed well", device.DisposeAsync).ConfigureAwait(false);
        }
    }

    private static async Task TryAsync(string otherwise, Func<ValueTask> step)
    {
        try
        {
            await step().ConfigureAwait(false);
        }
        catch (Exception e) when (e is DeviceException or IOException or UnauthorizedAccessException)
        {
            Speech.Complain($"{otherwise}: {e.Message.TrimEnd('.')}");
        }
    }

    private async Task OpenExistingAsync(CancellationToken cancellationToken)
    {
        var isShared = _plan.Targets.Any(target => target.IsSource) && _request.Kind != CopyJobKind.Verify;
        if (_request.Source is { } source)
        {
            var access = isShared ? BlockDeviceAccess.ReadWrite : BlockDeviceAccess.Read;
            _source = await OpenAsync(source, access, null, cancellationToken).ConfigureAwait(false);
            DirectAlignment.Check(source, _source.Geometry, _plan.Source!.Value, _source.Geometry.LengthBytes);
        }

        for (var i = 0; i < _targets.Length; i++)
        {
            var target = _plan.Targets[i];
            if (target.Preparation == TargetPreparation.Create)
            {
                continue;
            }

            var access = _request.Kind == CopyJobKind.Verify ? BlockDeviceAccess.Read : BlockDeviceAccess.ReadWrite;
            _targets[i] = isShared && target.IsSource
                ? _source
                : await OpenAsync(target.Uri, access, null, cancellationToken).ConfigureAwait(false);
            DirectAlignment.Check(target.Uri, _targets[i]!.Geometry, target.Range, target.LengthBytes);
        }
    }

    private async Task CreateAsync(int index, TargetPlan target, CancellationToken cancellationToken)
    {
        var device = await CreateAsync(target, cancellationToken).ConfigureAwait(false);
        _targets[index] = device;
        if (device is RegularFileBlockDevice file)
        {
            _prepared.Push((target.Uri, () => file.RemoveAsync(CancellationToken.None)));
        }

        Created = Created.With(index);
        DirectAlignment.Check(target.Uri, device.Geometry, target.Range, target.LengthBytes);
    }

    private async Task<IBlockDevice> CreateAsync(TargetPlan target, CancellationToken cancellationToken)
    {
        try
        {
            return await OpenAsync(target.Uri, BlockDeviceAccess.ReadWrite, target.LengthBytes, cancellationToken)
                .ConfigureAwait(false);
        }
        catch (DeviceException e) when (e.Errno == FileExists)
        {
            throw new RefusedException($"{target.Uri} was created by someone else in this moment");
        }
    }

    private async Task ExtendAsync(IBlockDevice device, TargetPlan target, CancellationToken cancellationToken)
    {
        if (device is not IResizableBlockDevice resizable)
        {
            throw new RefusedException($"{target.Uri} is too short and cannot be extended");
        }

        if (device is RegularFileBlockDevice file)
        {
            // Before it is done: what fails half way is taken back too.
            var former = device.Geometry.LengthBytes;
            _prepared.Push((target.Uri, () => file.CutAsync(former, CancellationToken.None)));
        }

        await resizable.ExtendAsync(target.LengthBytes, cancellationToken).ConfigureAwait(false);
    }

    private ValueTask<IBlockDevice> OpenAsync(
        string uri, BlockDeviceAccess access, long? createLengthBytes, CancellationToken cancellationToken) =>
        _opener.OpenAsync(
            _request.Journal is null ? uri : DevicePath.Absolute(uri),
            new BlockDeviceOpenOptions
            {
                Access = access,
                Direct = _request.Direct,
                CreateLengthBytes = createLengthBytes,
                MustCreate = createLengthBytes is not null,
            },
            cancellationToken);
}
