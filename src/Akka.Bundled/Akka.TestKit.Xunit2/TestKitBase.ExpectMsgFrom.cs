using Akka.Actor;
using Akka.TestKit.Internal;

namespace Akka.TestKit;

/// <content>Expectations about the next message and its sender.</content>
public abstract partial class TestKitBase
{
    /// <summary>Takes the next message and fails unless it is a <typeparamref name="T"/> from
    /// <paramref name="sender"/>.</summary>
    /// <param name="sender">Who should have sent it.</param>
    /// <param name="duration">How long to wait for it.</param>
    /// <param name="hint">Is part of the failure's message.</param>
    /// <param name="cancellationToken">Ends the wait with an exception.</param>
    public T ExpectMsgFrom<T>(
        IActorRef sender,
        TimeSpan? duration = null,
        string? hint = null,
        CancellationToken cancellationToken = default)
        => Blocking.Wait(ExpectMsgFromAsync<T>(sender, duration, hint, cancellationToken));

    /// <inheritdoc cref="ExpectMsgFrom{T}(IActorRef, TimeSpan?, string, CancellationToken)" />
    public ValueTask<T> ExpectMsgFromAsync<T>(
        IActorRef sender,
        TimeSpan? duration = null,
        string? hint = null,
        CancellationToken cancellationToken = default)
        => ExpectCoreAsync<T>(
            duration,
            hint,
            (_, actual) => AssertSender(sender, actual, hint),
            cancellationToken);

    /// <summary>Takes the next message and fails unless it equals <paramref name="message"/> and is from
    /// <paramref name="sender"/>.</summary>
    /// <param name="sender">Who should have sent it.</param>
    /// <param name="message">What it should be.</param>
    /// <param name="timeout">How long to wait for it.</param>
    /// <param name="hint">Is part of the failure's message.</param>
    /// <param name="cancellationToken">Ends the wait with an exception.</param>
    public T ExpectMsgFrom<T>(
        IActorRef sender,
        T message,
        TimeSpan? timeout = null,
        string? hint = null,
        CancellationToken cancellationToken = default)
        => Blocking.Wait(ExpectMsgFromAsync(sender, message, timeout, hint, cancellationToken));

    /// <inheritdoc cref="ExpectMsgFrom{T}(IActorRef, T, TimeSpan?, string, CancellationToken)" />
    public ValueTask<T> ExpectMsgFromAsync<T>(
        IActorRef sender,
        T message,
        TimeSpan? timeout = null,
        string? hint = null,
        CancellationToken cancellationToken = default)
        => ExpectCoreAsync<T>(
            timeout,
            hint,
            (actual, from) =>
            {
                AssertSender(sender, from, hint);
                _assertions.AssertEqual(message, actual, "{0}", hint ?? string.Empty);
            },
            cancellationToken);

    /// <summary>Takes the next message and fails unless it fits and is from <paramref name="sender"/>.</summary>
    /// <param name="sender">Who should have sent it.</param>
    /// <param name="isMessage">Says whether it fits.</param>
    /// <param name="timeout">How long to wait for it.</param>
    /// <param name="hint">Is part of the failure's message.</param>
    /// <param name="cancellationToken">Ends the wait with an exception.</param>
    public T ExpectMsgFrom<T>(
        IActorRef sender,
        Predicate<T> isMessage,
        TimeSpan? timeout = null,
        string? hint = null,
        CancellationToken cancellationToken = default)
        => Blocking.Wait(ExpectMsgFromAsync(sender, isMessage, timeout, hint, cancellationToken));

    /// <inheritdoc cref="ExpectMsgFrom{T}(IActorRef, Predicate{T}, TimeSpan?, string, CancellationToken)" />
    public ValueTask<T> ExpectMsgFromAsync<T>(
        IActorRef sender,
        Predicate<T> isMessage,
        TimeSpan? timeout = null,
        string? hint = null,
        CancellationToken cancellationToken = default)
        => ExpectCoreAsync<T>(
            timeout,
            hint,
            (actual, from) =>
            {
                AssertSender(sender, from, hint);
                AssertFits(isMessage(actual), actual, hint);
            },
            cancellationToken);

    /// <summary>Takes the next message, fails unless it is from <paramref name="sender"/>, and runs an assertion on
    /// it.</summary>
    /// <param name="sender">Who should have sent it.</param>
    /// <param name="assertMessage">Throws if the message is not as it should be.</param>
    /// <param name="timeout">How long to wait for it.</param>
    /// <param name="hint">Is part of the failure's message.</param>
    /// <param name="cancellationToken">Ends the wait with an exception.</param>
    public T ExpectMsgFrom<T>(
        IActorRef sender,
        Action<T> assertMessage,
        TimeSpan? timeout = null,
        string? hint = null,
        CancellationToken cancellationToken = default)
        => Blocking.Wait(ExpectMsgFromAsync(sender, assertMessage, timeout, hint, cancellationToken));

    /// <inheritdoc cref="ExpectMsgFrom{T}(IActorRef, Action{T}, TimeSpan?, string, CancellationToken)" />
    public ValueTask<T> ExpectMsgFromAsync<T>(
        IActorRef sender,
        Action<T> assertMessage,
        TimeSpan? timeout = null,
        string? hint = null,
        CancellationToken cancellationToken = default)
        => ExpectCoreAsync<T>(
            timeout,
            hint,
            (actual, from) =>
            {
                AssertSender(sender, from, hint);
                assertMessage(actual);
            },
            cancellationToken);

    private void AssertSender(IActorRef expected, IActorRef actual, string? hint)
    {
        if (!Equals(expected, actual))
        {
            Fail($"Expected a message from {expected}, but its sender was {actual}.{Hint(hint)}");
        }
    }
}
