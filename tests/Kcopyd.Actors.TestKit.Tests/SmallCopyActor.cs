using Akka.Actor;
using Kcopyd.Devices;

namespace Kcopyd.Actors.TestKit.Tests;

/// <summary>Copies a device in pieces with one child per piece, two at a time: enough actors to get in each other's
/// way.</summary>
internal sealed class SmallCopyActor : ReceiveActor
{
    public const int PieceBytes = 1024;

    private readonly IBlockDevice _source;
    private readonly IBlockDevice _target;
    private readonly TaskCompletionSource<string> _done;
    private readonly List<int> _order = [];
    private readonly int _pieces;
    private int _next;

    public SmallCopyActor(IBlockDevice source, IBlockDevice target, TaskCompletionSource<string> done)
    {
        (_source, _target, _done) = (source, target, done);
        _pieces = (int)(source.Geometry.LengthBytes / PieceBytes);
        Receive<Start>(_ => OnStart());
        Receive<PieceCopied>(OnPieceCopied);
        Receive<Flushed>(_ => _done.SetResult(string.Join(',', _order)));
    }

    private void OnStart()
    {
        CopyNext();
        CopyNext();
    }

    private void OnPieceCopied(PieceCopied message)
    {
        _order.Add(message.Piece);
        Context.Stop(Sender);
        if (_order.Count == _pieces)
        {
            _target.FlushAsync(_target.WriteEpoch, default).AsTask().PipeTo(Self, success: static () => new Flushed());
            return;
        }

        CopyNext();
    }

    private void CopyNext()
    {
        if (_next < _pieces)
        {
            var piece = _next++;
            var props = Props.Create<PieceActor>(_source, _target, piece);
            Context.ActorOf(props.WithDispatcher("kcopyd.copy-dispatcher"));
        }
    }

    internal sealed record Start;

    internal sealed record PieceCopied(int Piece);

    private sealed record Flushed;

    private sealed class PieceActor : ReceiveActor
    {
        private readonly byte[] _page = new byte[PieceBytes];

        public PieceActor(IBlockDevice source, IBlockDevice target, int piece)
        {
            long offset = (long)piece * PieceBytes;
            Receive<string>(state => state == "read", _ => target
                .WriteAsync(offset, _page, WriteDurability.Cached, default)
                .AsTask()
                .PipeTo(Self, success: static () => "written"));
            Receive<string>(_ => Context.Parent.Tell(new PieceCopied(piece)));
            source.ReadAsync(offset, _page, default).AsTask().PipeTo(Self, success: static () => "read");
        }
    }
}
