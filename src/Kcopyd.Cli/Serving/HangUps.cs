using System.Runtime.InteropServices;
using System.Threading.Channels;

namespace Kcopyd.Cli.Serving;

/// <summary>SIGHUP, which ends nothing while this is there. Several that come at once are one.</summary>
internal sealed class HangUps : IDisposable
{
    private readonly Channel<bool> _due = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    private readonly PosixSignalRegistration _registration;

    internal HangUps() => _registration = PosixSignalRegistration.Create(PosixSignal.SIGHUP, context =>
    {
        context.Cancel = true;
        _due.Writer.TryWrite(true);
    });

    /// <summary>Each that comes, also before it is asked for.</summary>
    internal IAsyncEnumerable<bool> ReadAsync(CancellationToken cancellationToken) =>
        _due.Reader.ReadAllAsync(cancellationToken);

    public void Dispose() => _registration.Dispose();
}
