using System.Threading.Channels;

namespace Akka.TestKit.Internal;

/// <summary>What a test actor received and the test did not yet take. Unbounded: a test that floods it wants
/// that.</summary>
internal sealed class TestActorQueue
{
    private readonly Channel<MessageEnvelope> _messages = Channel.CreateUnbounded<MessageEnvelope>();

    public bool IsEmpty => !_messages.Reader.TryPeek(out _);

    public void Add(MessageEnvelope envelope) => _messages.Writer.TryWrite(envelope);

    /// <summary>Takes the next message, or returns null when there is none within <paramref name="time"/>.</summary>
    /// <param name="time">Zero does not wait; negative waits until the token fires.</param>
    /// <param name="cancellationToken">Ends the wait with an exception.</param>
    public async ValueTask<MessageEnvelope?> TakeAsync(TimeSpan time, CancellationToken cancellationToken)
    {
        MessageEnvelope? taken;
        while (!_messages.Reader.TryRead(out taken))
        {
            var before = TestClock.Now;
            if (!await HasSomeWithinAsync(time, cancellationToken).ConfigureAwait(false))
            {
                return null;
            }

            time = Subtract(time, TestClock.Now - before);
        }

        return taken;
    }

    /// <summary>Like <see cref="TakeAsync"/>, but leaves the message in the queue.</summary>
    public async ValueTask<MessageEnvelope?> PeekAsync(TimeSpan time, CancellationToken cancellationToken)
    {
        MessageEnvelope? peeked;
        while (!_messages.Reader.TryPeek(out peeked))
        {
            var before = TestClock.Now;
            if (!await HasSomeWithinAsync(time, cancellationToken).ConfigureAwait(false))
            {
                return null;
            }

            time = Subtract(time, TestClock.Now - before);
        }

        return peeked;
    }

    private static TimeSpan Subtract(TimeSpan time, TimeSpan passed)
        => time < TimeSpan.Zero ? time : TimeSpan.FromTicks(Math.Max(0, (time - passed).Ticks));

    private async ValueTask<bool> HasSomeWithinAsync(TimeSpan time, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (time == TimeSpan.Zero)
        {
            return false;
        }

        using var giveUp = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        if (time > TimeSpan.Zero)
        {
            giveUp.CancelAfter(time);
        }

        try
        {
            return await _messages.Reader.WaitToReadAsync(giveUp.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }
}
