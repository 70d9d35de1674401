using Akka.Actor;
using Akka.TestKit.Internal;

namespace Akka.TestKit;

/// <content>Expectations about the next message. A timeout is dilated; null is what is left, or the default.</content>
public abstract partial class TestKitBase
{
    /// <summary>Takes the next message and fails unless it is a <typeparamref name="T"/>.</summary>
    /// <param name="duration">How long to wait for it.</param>
    /// <param name="hint">Is part of the failure's message.</param>
    /// <param name="cancellationToken">Ends the wait with an exception.</param>
    public T ExpectMsg<T>(
        TimeSpan? duration = null,
        string? hint = null,
        CancellationToken cancellationToken = default)
        => Blocking.Wait(ExpectMsgAsync<T>(duration, hint, cancellationToken));

    /// <inheritdoc cref="ExpectMsg{T}(TimeSpan?, string, CancellationToken)" />
    public ValueTask<T> ExpectMsgAsync<T>(
        TimeSpan? duration = null,
        string? hint = null,
        CancellationToken cancellationToken = default)
        => ExpectCoreAsync<T>(duration, hint, null, cancellationToken);

    /// <summary>Takes the next message and fails unless it equals <paramref name="message"/>.</summary>
    /// <param name="message">What it should be.</param>
    /// <param name="timeout">How long to wait for it.</param>
    /// <param name="hint">Is part of the failure's message.</param>
    /// <param name="cancellationToken">Ends the wait with an exception.</param>
    public T ExpectMsg<T>(
        T message,
        TimeSpan? timeout = null,
        string? hint = null,
        CancellationToken cancellationToken = default)
        => Blocking.Wait(ExpectMsgAsync(message, timeout, hint, cancellationToken));

    /// <inheritdoc cref="ExpectMsg{T}(T, TimeSpan?, string, CancellationToken)" />
    public ValueTask<T> ExpectMsgAsync<T>(
        T message,
        TimeSpan? timeout = null,
        string? hint = null,
        CancellationToken cancellationToken = default)
        => ExpectCoreAsync<T>(
            timeout,
            hint,
            (actual, _) => _assertions.AssertEqual(message, actual, "{0}", hint ?? string.Empty),
            cancellationToken);

    /// <summary>Takes the next message and fails unless it is a <typeparamref name="T"/> that fits.</summary>
    /// <param name="isMessage">Says whether it fits.</param>
    /// <param name="timeout">How long to wait for it.</param>
    /// <param name="hint">Is part of the failure's message.</param>
    /// <param name="cancellationToken">Ends the wait with an exception.</param>
    public T ExpectMsg<T>(
        Predicate<T> isMessage,
        TimeSpan? timeout = null,
        string? hint = null,
        CancellationToken cancellationToken = default)
        => Blocking.Wait(ExpectMsgAsync(isMessage, timeout, hint, cancellationToken));

    /// <inheritdoc cref="ExpectMsg{T}(Predicate{T}, TimeSpan?, string, CancellationToken)" />
    public ValueTask<T> ExpectMsgAsync<T>(
        Predicate<T> isMessage,
        TimeSpan? timeout = null,
        string? hint = null,
        CancellationToken cancellationToken = default)
        => ExpectCoreAsync<T>(
            timeout,
            hint,
            (actual, _) => AssertFits(isMessage(actual), actual, hint),
            cancellationToken);

    /// <summary>Takes the next message, fails unless it is a <typeparamref name="T"/>, and runs an assertion on
    /// it.</summary>
    /// <param name="assert">Throws if the message is not as it should be.</param>
    /// <param name="timeout">How long to wait for it.</param>
    /// <param name="hint">Is part of the failure's message.</param>
    /// <param name="cancellationToken">Ends the wait with an exception.</param>
    public T ExpectMsg<T>(
        Action<T> assert,
        TimeSpan? timeout = null,
        string? hint = null,
        CancellationToken cancellationToken = default)
        => Blocking.Wait(ExpectMsgAsync(assert, timeout, hint, cancellationToken));

    /// <inheritdoc cref="ExpectMsg{T}(Action{T}, TimeSpan?, string, CancellationToken)" />
    public ValueTask<T> ExpectMsgAsync<T>(
        Action<T> assert,
        TimeSpan? timeout = null,
        string? hint = null,
        CancellationToken cancellationToken = default)
        => ExpectCoreAsync<T>(timeout, hint, (actual, _) => assert(actual), cancellationToken);

    /// <summary>Takes the next message and fails unless it and its sender fit.</summary>
    /// <param name="isMessageAndSender">Says whether they fit.</param>
    /// <param name="timeout">How long to wait for it.</param>
    /// <param name="hint">Is part of the failure's message.</param>
    /// <param name="cancellationToken">Ends the wait with an exception.</param>
    public T ExpectMsg<T>(
        Func<T, IActorRef, bool> isMessageAndSender,
        TimeSpan? timeout = null,
        string? hint = null,
        CancellationToken cancellationToken = default)
        => Blocking.Wait(ExpectMsgAsync(isMessageAndSender, timeout, hint, cancellationToken));

    /// <inheritdoc cref="ExpectMsg{T}(Func{T, IActorRef, bool}, TimeSpan?, string, CancellationToken)" />
    public ValueTask<T> ExpectMsgAsync<T>(
        Func<T, IActorRef, bool> isMessageAndSender,
        TimeSpan? timeout = null,
        string? hint = null,
        CancellationToken cancellationToken = default)
        => ExpectCoreAsync<T>(
            timeout,
            hint,
            (actual, sender) => AssertFits(isMessageAndSender(actual, sender), actual, hint),
            cancellationToken);

    /// <summary>Takes the next message and runs an assertion on it and its sender.</summary>
    /// <param name="assertMessageAndSender">Throws if they are not as they should be.</param>
    /// <param name="timeout">How long to wait for it.</param>
    /// <param name="hint">Is part of the failure's message.</param>
    /// <param name="cancellationToken">Ends the wait with an exception.</param>
    public T ExpectMsg<T>(
        Action<T, IActorRef> assertMessageAndSender,
        TimeSpan? timeout = null,
        string? hint = null,
        CancellationToken cancellationToken = default)
        => Blocking.Wait(ExpectMsgAsync(assertMessageAndSender, timeout, hint, cancellationToken));

    /// <inheritdoc cref="ExpectMsg{T}(Action{T, IActorRef}, TimeSpan?, string, CancellationToken)" />
    public ValueTask<T> ExpectMsgAsync<T>(
        Action<T, IActorRef> assertMessageAndSender,
        TimeSpan? timeout = null,
        string? hint = null,
        CancellationToken cancellationToken = default)
        => ExpectCoreAsync(timeout, hint, assertMessageAndSender, cancellationToken);

    /// <summary>Takes the next message and fails unless <paramref name="comparer"/> finds it equal.</summary>
    /// <param name="message">What it should be.</param>
    /// <param name="comparer">Compares what it should be with what it is.</param>
    /// <param name="timeout">How long to wait for it.</param>
    /// <param name="hint">Is part of the failure's message.</param>
    /// <param name="cancellationToken">Ends the wait with an exception.</param>
    public T ExpectMsg<T>(
        T message,
        Func<T, T, bool> comparer,
        TimeSpan? timeout = null,
        string? hint = null,
        CancellationToken cancellationToken = default)
        => Blocking.Wait(ExpectMsgAsync(message, comparer, timeout, hint, cancellationToken));

    /// <inheritdoc cref="ExpectMsg{T}(T, Func{T, T, bool}, TimeSpan?, string, CancellationToken)" />
    public ValueTask<T> ExpectMsgAsync<T>(
        T message,
        Func<T, T, bool> comparer,
        TimeSpan? timeout = null,
        string? hint = null,
        CancellationToken cancellationToken = default)
        => ExpectCoreAsync<T>(
            timeout,
            hint,
            (actual, _) => _assertions.AssertEqual(message, actual, comparer, "{0}", hint ?? string.Empty),
            cancellationToken);

    /// <summary>Takes the next message and fails unless it is the <see cref="Terminated"/> of
    /// <paramref name="target"/>, which must be watched.</summary>
    /// <param name="target">The actor.</param>
    /// <param name="timeout">How long to wait for it.</param>
    /// <param name="hint">Is part of the failure's message.</param>
    /// <param name="cancellationToken">Ends the wait with an exception.</param>
    public Terminated ExpectTerminated(
        IActorRef target,
        TimeSpan? timeout = null,
        string? hint = null,
        CancellationToken cancellationToken = default)
        => Blocking.Wait(ExpectTerminatedAsync(target, timeout, hint, cancellationToken));

    /// <inheritdoc cref="ExpectTerminated" />
    public ValueTask<Terminated> ExpectTerminatedAsync(
        IActorRef target,
        TimeSpan? timeout = null,
        string? hint = null,
        CancellationToken cancellationToken = default)
        => ExpectCoreAsync<Terminated>(
            timeout,
            hint,
            (actual, _) => _assertions.AssertEqual(target, actual.ActorRef, "{0}", hint ?? string.Empty),
            cancellationToken);

    internal async ValueTask<T> ExpectCoreAsync<T>(
        TimeSpan? timeout,
        string? hint,
        Action<T, IActorRef>? assert,
        CancellationToken cancellationToken)
    {
        var time = RemainingOrDilated(timeout);
        var envelope = await ReceiveEnvelopeAsync(time, cancellationToken).ConfigureAwait(false);
        if (envelope is null)
        {
            Fail($"No message within {time}; expected one of type {typeof(T)}.{Hint(hint)}");
        }

        if (envelope.Message is not T typed)
        {
            Fail($"Expected a message of type {typeof(T)}, but received {Describe(envelope)}.{Hint(hint)}");
            return default; // Not reached: Fail throws.
        }

        assert?.Invoke(typed, envelope.Sender);
        return typed;
    }

    private void AssertFits<T>(bool fits, T message, string? hint)
    {
        if (!fits)
        {
            Fail($"Received {message} of the expected type {typeof(T)}, but it does not fit.{Hint(hint)}");
        }
    }
}
