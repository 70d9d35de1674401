using Akka.Actor;
using Akka.Persistence;
using Kcopyd.Devices;

namespace Kcopyd.Actors.TestKit.Tests.Crashes;

/// <summary>Copies a source to two targets piece by piece, with an event for each piece that is on both.</summary>
internal sealed class CheckpointActor : ReceivePersistentActor
{
    public const int PieceBytes = 1024;

    private readonly IBlockDevice _source;
    private readonly IReadOnlyList<IBlockDevice> _targets;
    private readonly TaskCompletionSource _done;
    private readonly bool _flushesFirst;
    private readonly byte[] _page = new byte[PieceBytes];
    private int _piece;

    public CheckpointActor(
        IBlockDevice source, IReadOnlyList<IBlockDevice> targets, TaskCompletionSource done, bool flushesFirst)
    {
        (_source, _targets, _done, _flushesFirst) = (source, targets, done, flushesFirst);
        Recover<string>(_ => _piece++);
        Recover<RecoveryCompleted>(_ => CopyNext());
        Command<Copied>(_ => Persist($"piece {_piece}", _ => OnPersisted()));
        Command<Status.Failure>(_ => Context.Stop(Self));
    }

    public override string PersistenceId => "copy";

    private void OnPersisted()
    {
        _piece++;
        CopyNext();
    }

    private void CopyNext()
    {
        if (_piece * PieceBytes == _source.Geometry.LengthBytes)
        {
            _done.SetResult();
            return;
        }

        CopyAsync(_piece * PieceBytes).PipeTo(Self, success: static () => new Copied());
    }

    private async Task CopyAsync(long offset)
    {
        await _source.ReadAsync(offset, _page, default);
        await Task.WhenAll(_targets.Select(target => WriteAsync(target, offset)));
    }

    private async Task WriteAsync(IBlockDevice target, long offset)
    {
        var epoch = target.WriteEpoch;
        await target.WriteAsync(offset, _page, WriteDurability.Cached, default);
        if (_flushesFirst)
        {
            await target.FlushAsync(epoch, default);
        }
    }

    private sealed record Copied;
}
