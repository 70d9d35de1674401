using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Akka.TestKit.Internal;

namespace Akka.TestKit;

/// <content>Taking messages without judging them. A limit of null is what is left of a within block, or the
/// default.</content>
public abstract partial class TestKitBase
{
    /// <summary>Takes the next message; null when there is none in time.</summary>
    /// <param name="max">The limit. Zero does not wait, infinite waits for ever.</param>
    /// <param name="cancellationToken">Ends the wait with an exception.</param>
    public object? ReceiveOne(TimeSpan? max = null, CancellationToken cancellationToken = default)
        => Blocking.Wait(ReceiveOneAsync(max, cancellationToken));

    /// <inheritdoc cref="ReceiveOne" />
    public async ValueTask<object?> ReceiveOneAsync(TimeSpan? max = null, CancellationToken cancellationToken = default)
    {
        var envelope = await ReceiveEnvelopeAsync(max, cancellationToken).ConfigureAwait(false);
        return envelope?.Message;
    }

    /// <summary>Takes the next message and its sender; false when there is none in time.</summary>
    public bool TryReceiveOne(
        [NotNullWhen(true)] out MessageEnvelope? envelope,
        TimeSpan? max = null,
        CancellationToken cancellationToken = default)
    {
        envelope = Blocking.Wait(ReceiveEnvelopeAsync(max, cancellationToken));
        return envelope is not null;
    }

    /// <summary>Takes the next message and its sender.</summary>
    /// <returns>Without success, the envelope is <see cref="NullMessageEnvelope"/>.</returns>
    public async ValueTask<(bool success, MessageEnvelope envelope)> TryReceiveOneAsync(
        TimeSpan? max,
        CancellationToken cancellationToken = default)
    {
        var envelope = await ReceiveEnvelopeAsync(max, cancellationToken).ConfigureAwait(false);
        return (envelope is not null, envelope ?? NullMessageEnvelope.Instance);
    }

    /// <summary>Looks at the next message and leaves it; null when there is none in time.</summary>
    public object? PeekOne(TimeSpan? max = null, CancellationToken cancellationToken = default)
        => Blocking.Wait(PeekOneAsync(max, cancellationToken));

    /// <inheritdoc cref="PeekOne(TimeSpan?, CancellationToken)" />
    public async ValueTask<object?> PeekOneAsync(TimeSpan? max = null, CancellationToken cancellationToken = default)
    {
        var (success, envelope) = await TryPeekOneAsync(max, cancellationToken).ConfigureAwait(false);
        return success ? envelope.Message : null;
    }

    /// <summary>Looks at the next message and leaves it; waits until there is one.</summary>
    public object? PeekOne(CancellationToken cancellationToken)
        => PeekOne(Timeout.InfiniteTimeSpan, cancellationToken);

    /// <inheritdoc cref="PeekOne(CancellationToken)" />
    public ValueTask<object?> PeekOneAsync(CancellationToken cancellationToken)
        => PeekOneAsync(Timeout.InfiniteTimeSpan, cancellationToken);

    /// <summary>Looks at the next message and its sender and leaves both; false when there is none in time.</summary>
    public bool TryPeekOne(
        [NotNullWhen(true)] out MessageEnvelope? envelope,
        TimeSpan? max = null,
        CancellationToken cancellationToken = default)
    {
        (var success, envelope) = Blocking.Wait(TryPeekOneAsync(max, cancellationToken));
        return success;
    }

    /// <summary>Looks at the next message and its sender and leaves both.</summary>
    public async ValueTask<(bool success, MessageEnvelope envelope)> TryPeekOneAsync(
        TimeSpan? max,
        CancellationToken cancellationToken = default)
    {
        var envelope = await _queue.PeekAsync(max ?? RemainingOrDefault, cancellationToken).ConfigureAwait(false);
        return (envelope is not null, envelope ?? NullMessageEnvelope.Instance);
    }

    /// <summary>Takes exactly so many messages within the default limit, or fails.</summary>
    public IReadOnlyCollection<object> ReceiveN(int numberOfMessages, CancellationToken cancellationToken = default)
        => Blocking.ToList(ReceiveNAsync(numberOfMessages, cancellationToken), cancellationToken);

    /// <inheritdoc cref="ReceiveN(int, CancellationToken)" />
    public IAsyncEnumerable<object> ReceiveNAsync(int numberOfMessages, CancellationToken cancellationToken = default)
        => ReceiveNCoreAsync(numberOfMessages, RemainingOrDefault, cancellationToken);

    /// <summary>Takes exactly so many messages within <paramref name="max"/>, dilated, or fails.</summary>
    public IReadOnlyCollection<object> ReceiveN(
        int numberOfMessages,
        TimeSpan max,
        CancellationToken cancellationToken = default)
        => Blocking.ToList(ReceiveNAsync(numberOfMessages, max, cancellationToken), cancellationToken);

    /// <inheritdoc cref="ReceiveN(int, TimeSpan, CancellationToken)" />
    public IAsyncEnumerable<object> ReceiveNAsync(
        int numberOfMessages,
        TimeSpan max,
        CancellationToken cancellationToken = default)
        => ReceiveNCoreAsync(numberOfMessages, RemainingOrDilated(max), cancellationToken);

    /// <summary>Takes messages until none arrives for <paramref name="max"/>, or so many have; none of them
    /// fails.</summary>
    public ArrayList WaitForRadioSilence(
        TimeSpan? max = null,
        uint? maxMessages = null,
        CancellationToken cancellationToken = default)
        => Blocking.Wait(WaitForRadioSilenceAsync(max, maxMessages, cancellationToken));

    /// <inheritdoc cref="WaitForRadioSilence" />
    public async ValueTask<ArrayList> WaitForRadioSilenceAsync(
        TimeSpan? max = null,
        uint? maxMessages = null,
        CancellationToken cancellationToken = default)
    {
        var silence = RemainingOrDilated(max);
        var messages = new ArrayList();
        while (messages.Count < (maxMessages ?? int.MaxValue)
            && await ReceiveEnvelopeAsync(silence, cancellationToken).ConfigureAwait(false) is { } envelope)
        {
            messages.Add(envelope.Message);
        }

        return messages;
    }

    /// <summary>Takes the next message, or null; remembers what a later question asks for.</summary>
    internal async ValueTask<MessageEnvelope?> ReceiveEnvelopeAsync(TimeSpan? max, CancellationToken cancellationToken)
    {
        var envelope = await _queue.TakeAsync(max ?? RemainingOrDefault, cancellationToken).ConfigureAwait(false);
        _lastWasNoMessage = envelope is null;
        _last = envelope ?? NullMessageEnvelope.Instance;
        return envelope;
    }

    private async IAsyncEnumerable<object> ReceiveNCoreAsync(
        int count,
        TimeSpan max,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var end = Now + max;
        for (var received = 0; received < count; received++)
        {
            var envelope = await ReceiveEnvelopeAsync(Positive(end - Now), cancellationToken).ConfigureAwait(false);
            if (envelope is null)
            {
                Fail($"Expected {count} messages within {max}, but received only {received}.");
            }

            yield return envelope.Message;
        }
    }
}
