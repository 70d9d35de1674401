using System.Collections;
using System.Runtime.CompilerServices;
using Akka.TestKit.Internal;

namespace Akka.TestKit;

/// <content>Taking messages as long as they please, and fishing for one.</content>
public abstract partial class TestKitBase
{
    /// <summary>Takes messages and ignores them, until one fits; fails when none does in time.</summary>
    /// <param name="isMessage">Says which one fits.</param>
    /// <param name="max">The limit, dilated; null is what is left of a within block, or the default.</param>
    /// <param name="hint">Is part of the failure's message.</param>
    /// <param name="cancellationToken">Ends the wait with an exception.</param>
    public T FishForMessage<T>(
        Predicate<T> isMessage,
        TimeSpan? max = null,
        string hint = "",
        CancellationToken cancellationToken = default)
        => Blocking.Wait(FishForMessageAsync(isMessage, max, hint, cancellationToken));

    /// <inheritdoc cref="FishForMessage{T}(Predicate{T}, TimeSpan?, string, CancellationToken)" />
    public ValueTask<T> FishForMessageAsync<T>(
        Predicate<T> isMessage,
        TimeSpan? max = null,
        string hint = "",
        CancellationToken cancellationToken = default)
        => FishForMessageAsync(isMessage, null, max, hint, cancellationToken);

    /// <summary>Takes messages until one fits, and adds those it ignores to a list.</summary>
    /// <param name="isMessage">Says which one fits.</param>
    /// <param name="allMessages">Receives what was ignored; null drops it.</param>
    /// <param name="max">The limit, dilated; null is what is left of a within block, or the default.</param>
    /// <param name="hint">Is part of the failure's message.</param>
    /// <param name="cancellationToken">Ends the wait with an exception.</param>
    public T FishForMessage<T>(
        Predicate<T> isMessage,
        ArrayList? allMessages,
        TimeSpan? max = null,
        string hint = "",
        CancellationToken cancellationToken = default)
        => Blocking.Wait(FishForMessageAsync(isMessage, allMessages, max, hint, cancellationToken));

    /// <inheritdoc cref="FishForMessage{T}(Predicate{T}, ArrayList, TimeSpan?, string, CancellationToken)" />
    public async ValueTask<T> FishForMessageAsync<T>(
        Predicate<T> isMessage,
        ArrayList? allMessages,
        TimeSpan? max = null,
        string hint = "",
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(isMessage);
        allMessages?.Clear();
        var limit = RemainingOrDilated(max);
        var end = Now + limit;
        var ignored = 0;
        while (true)
        {
            var envelope = await ReceiveEnvelopeAsync(Positive(end - Now), cancellationToken).ConfigureAwait(false);
            if (envelope is null)
            {
                Fail($"No fitting message of type {typeof(T)} within {limit}; {ignored} others were ignored."
                    + Hint(hint));
            }

            if (envelope.Message is T typed && isMessage(typed))
            {
                return typed;
            }

            allMessages?.Add(envelope.Message);
            ignored++;
        }
    }

    /// <summary>Takes messages for all of <paramref name="max"/> and fails if one of them is a
    /// <typeparamref name="T"/>.</summary>
    /// <typeparam name="T">The type that must not arrive.</typeparam>
    /// <param name="max">The time, dilated; null is what is left of a within block, or the default.</param>
    /// <param name="cancellationToken">Ends the wait with an exception.</param>
    public async Task FishUntilMessageAsync<T>(TimeSpan? max = null, CancellationToken cancellationToken = default)
    {
        var end = Now + RemainingOrDilated(max);
        while (await ReceiveEnvelopeAsync(Positive(end - Now), cancellationToken).ConfigureAwait(false) is { } envelope)
        {
            if (envelope.Message is T)
            {
                Fail($"Expected no message of type {typeof(T)}, but received {Describe(envelope)}.");
            }
        }
    }

    /// <summary>Takes messages as long as <paramref name="filter"/> does not answer null.</summary>
    public IReadOnlyList<T> ReceiveWhile<T>(
        TimeSpan? max,
        Func<object, T?> filter,
        int msgs = int.MaxValue,
        CancellationToken cancellationToken = default)
        where T : class
        => ReceiveWhile(filter, max, null, msgs, cancellationToken);

    /// <inheritdoc cref="ReceiveWhile{T}(Func{object, T}, TimeSpan?, TimeSpan?, int, CancellationToken)" />
    public IAsyncEnumerable<T> ReceiveWhileAsync<T>(
        TimeSpan? max,
        Func<object, T?> filter,
        int msgs = int.MaxValue,
        CancellationToken cancellationToken = default)
        where T : class
        => ReceiveWhileAsync(filter, max, null, msgs, cancellationToken);

    /// <inheritdoc cref="ReceiveWhile{T}(Func{object, T}, TimeSpan?, TimeSpan?, int, CancellationToken)" />
    public IReadOnlyList<T> ReceiveWhile<T>(
        TimeSpan? max,
        TimeSpan? idle,
        Func<object, T?> filter,
        int msgs = int.MaxValue,
        CancellationToken cancellationToken = default)
        where T : class
        => ReceiveWhile(filter, max, idle, msgs, cancellationToken);

    /// <inheritdoc cref="ReceiveWhile{T}(Func{object, T}, TimeSpan?, TimeSpan?, int, CancellationToken)" />
    public IAsyncEnumerable<T> ReceiveWhileAsync<T>(
        TimeSpan? max,
        TimeSpan? idle,
        Func<object, T?> filter,
        int msgs = int.MaxValue,
        CancellationToken cancellationToken = default)
        where T : class
        => ReceiveWhileAsync(filter, max, idle, msgs, cancellationToken);

    /// <summary>Takes messages until the filter answers null, which leaves that message, or time or number is
    /// up.</summary>
    /// <param name="filter">Turns a message into a result, or answers null.</param>
    /// <param name="max">The limit, dilated; null is what is left of a within block, or the default.</param>
    /// <param name="idle">The limit between two messages; null or infinite is none.</param>
    /// <param name="msgs">How many at most.</param>
    /// <param name="cancellationToken">Ends the wait with an exception.</param>
    public IReadOnlyList<T> ReceiveWhile<T>(
        Func<object, T?> filter,
        TimeSpan? max = null,
        TimeSpan? idle = null,
        int msgs = int.MaxValue,
        CancellationToken cancellationToken = default)
        where T : class
        => Blocking.ToList(ReceiveWhileAsync(filter, max, idle, msgs, cancellationToken), cancellationToken);

    /// <inheritdoc cref="ReceiveWhile{T}(Func{object, T}, TimeSpan?, TimeSpan?, int, CancellationToken)" />
    public async IAsyncEnumerable<T> ReceiveWhileAsync<T>(
        Func<object, T?> filter,
        TimeSpan? max = null,
        TimeSpan? idle = null,
        int msgs = int.MaxValue,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(filter);
        var end = Now + RemainingOrDilated(max);
        for (var taken = 0; taken < msgs; taken++)
        {
            var time = Positive(end - Now);
            time = idle is { } pause && pause >= TimeSpan.Zero && pause < time ? pause : time;
            var envelope = await _queue.PeekAsync(time, cancellationToken).ConfigureAwait(false);
            if (envelope is null || filter(envelope.Message) is not { } result)
            {
                break;
            }

            await ReceiveEnvelopeAsync(TimeSpan.Zero, cancellationToken).ConfigureAwait(false);
            yield return result;
        }

        _lastWasNoMessage = true;
    }

    /// <summary>Takes messages as long as the predicate says so.</summary>
    /// <param name="shouldContinue">Says whether a message of <typeparamref name="T"/> is taken.</param>
    /// <param name="max">The limit, dilated; null is what is left of a within block, or the default.</param>
    /// <param name="idle">The limit between two messages; null or infinite is none.</param>
    /// <param name="msgs">How many at most.</param>
    /// <param name="shouldIgnoreOtherMessageTypes">Whether messages of other types are dropped, or end it.</param>
    /// <param name="cancellationToken">Ends the wait with an exception.</param>
    public IReadOnlyList<T> ReceiveWhile<T>(
        Predicate<T> shouldContinue,
        TimeSpan? max = null,
        TimeSpan? idle = null,
        int msgs = int.MaxValue,
        bool shouldIgnoreOtherMessageTypes = true,
        CancellationToken cancellationToken = default)
        where T : class
        => Blocking.ToList(
            ReceiveWhileAsync(shouldContinue, max, idle, msgs, shouldIgnoreOtherMessageTypes, cancellationToken),
            cancellationToken);

    /// <inheritdoc cref="ReceiveWhile{T}(Predicate{T}, TimeSpan?, TimeSpan?, int, bool, CancellationToken)" />
    public async IAsyncEnumerable<T> ReceiveWhileAsync<T>(
        Predicate<T> shouldContinue,
        TimeSpan? max = null,
        TimeSpan? idle = null,
        int msgs = int.MaxValue,
        bool shouldIgnoreOtherMessageTypes = true,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(shouldContinue);
        var taken = ReceiveWhileAsync<object>(
            message => message is T typed
                ? shouldContinue(typed) ? typed : null
                : shouldIgnoreOtherMessageTypes ? message : null,
            max,
            idle,
            msgs,
            cancellationToken);
        await foreach (var message in taken.ConfigureAwait(false))
        {
            if (message is T typed)
            {
                yield return typed;
            }
        }
    }

    private static string Describe(MessageEnvelope envelope)
        => $"{envelope.Message} (type {envelope.Message.GetType()}) from {envelope.Sender}";
}
