using System.Runtime.CompilerServices;
using Akka.TestKit.Internal;

namespace Akka.TestKit;

/// <content>Expecting none, one of several, or all of several messages.</content>
public abstract partial class TestKitBase
{
    /// <summary>Fails if a message arrives while there is time left in the within block, or the default time.</summary>
    public void ExpectNoMsg(CancellationToken cancellationToken = default)
        => Blocking.Wait(ExpectNoMsgAsync(cancellationToken));

    /// <inheritdoc cref="ExpectNoMsg(CancellationToken)" />
    public ValueTask ExpectNoMsgAsync(CancellationToken cancellationToken = default)
        => ExpectNoneAsync(NoMessageRemainingOrDefault, cancellationToken);

    /// <summary>Fails if a message arrives within <paramref name="duration"/>, dilated. Zero looks and does not
    /// wait.</summary>
    public void ExpectNoMsg(TimeSpan duration, CancellationToken cancellationToken = default)
        => Blocking.Wait(ExpectNoMsgAsync(duration, cancellationToken));

    /// <inheritdoc cref="ExpectNoMsg(TimeSpan, CancellationToken)" />
    public ValueTask ExpectNoMsgAsync(TimeSpan duration, CancellationToken cancellationToken = default)
        => ExpectNoneAsync(RemainingOrDilated(duration), cancellationToken);

    /// <summary>Fails if a message arrives within so many milliseconds, dilated.</summary>
    public void ExpectNoMsg(int milliseconds, CancellationToken cancellationToken = default)
        => ExpectNoMsg(TimeSpan.FromMilliseconds(milliseconds), cancellationToken);

    /// <inheritdoc cref="ExpectNoMsg(int, CancellationToken)" />
    public ValueTask ExpectNoMsgAsync(int milliseconds, CancellationToken cancellationToken = default)
        => ExpectNoMsgAsync(TimeSpan.FromMilliseconds(milliseconds), cancellationToken);

    /// <summary>Takes the next message and fails unless it equals one of <paramref name="messages"/>.</summary>
    public T ExpectMsgAnyOf<T>(IEnumerable<T> messages, CancellationToken cancellationToken = default)
        => Blocking.Wait(ExpectMsgAnyOfAsync(messages, cancellationToken));

    /// <inheritdoc cref="ExpectMsgAnyOf{T}(IEnumerable{T}, CancellationToken)" />
    public ValueTask<T> ExpectMsgAnyOfAsync<T>(IEnumerable<T> messages, CancellationToken cancellationToken = default)
        => ExpectAnyOfCoreAsync(RemainingOrDefault, messages, cancellationToken);

    /// <inheritdoc cref="ExpectMsgAnyOf{T}(IEnumerable{T}, CancellationToken)" />
    public T ExpectMsgAnyOf<T>(TimeSpan max, IEnumerable<T> messages, CancellationToken cancellationToken = default)
        => Blocking.Wait(ExpectMsgAnyOfAsync(max, messages, cancellationToken));

    /// <inheritdoc cref="ExpectMsgAnyOf{T}(IEnumerable{T}, CancellationToken)" />
    public ValueTask<T> ExpectMsgAnyOfAsync<T>(
        TimeSpan max,
        IEnumerable<T> messages,
        CancellationToken cancellationToken = default)
        => ExpectAnyOfCoreAsync(RemainingOrDilated(max), messages, cancellationToken);

    /// <summary>Takes as many messages as are expected and fails unless they are those, in any order.</summary>
    /// <returns>The messages in the order of their arrival.</returns>
    public IReadOnlyCollection<T> ExpectMsgAllOf<T>(
        IReadOnlyCollection<T> messages,
        CancellationToken cancellationToken = default)
        => Blocking.ToList(ExpectMsgAllOfAsync(messages, cancellationToken), cancellationToken);

    /// <inheritdoc cref="ExpectMsgAllOf{T}(IReadOnlyCollection{T}, CancellationToken)" />
    /// <remarks>Nothing is received before the result is enumerated.</remarks>
    public IAsyncEnumerable<T> ExpectMsgAllOfAsync<T>(
        IReadOnlyCollection<T> messages,
        CancellationToken cancellationToken = default)
        => ExpectAllOfCoreAsync(RemainingOrDefault, messages, cancellationToken);

    /// <inheritdoc cref="ExpectMsgAllOf{T}(IReadOnlyCollection{T}, CancellationToken)" />
    public IReadOnlyCollection<T> ExpectMsgAllOf<T>(
        TimeSpan max,
        IReadOnlyCollection<T> messages,
        CancellationToken cancellationToken = default)
        => Blocking.ToList(ExpectMsgAllOfAsync(max, messages, cancellationToken), cancellationToken);

    /// <inheritdoc cref="ExpectMsgAllOf{T}(IReadOnlyCollection{T}, CancellationToken)" />
    /// <remarks>Nothing is received before the result is enumerated.</remarks>
    public IAsyncEnumerable<T> ExpectMsgAllOfAsync<T>(
        TimeSpan max,
        IReadOnlyCollection<T> messages,
        CancellationToken cancellationToken = default)
        => ExpectAllOfCoreAsync(RemainingOrDilated(max), messages, cancellationToken);

    private async ValueTask ExpectNoneAsync(TimeSpan time, CancellationToken cancellationToken)
    {
        var envelope = await ReceiveEnvelopeAsync(time, cancellationToken).ConfigureAwait(false);
        if (envelope is not null)
        {
            Fail($"Expected no message within {time}, but received {Describe(envelope)}.");
        }
    }

    private async ValueTask<T> ExpectAnyOfCoreAsync<T>(
        TimeSpan time,
        IEnumerable<T> messages,
        CancellationToken cancellationToken)
    {
        var wanted = messages.ToList();
        var envelope = await ReceiveEnvelopeAsync(time, cancellationToken).ConfigureAwait(false);
        if (envelope is null)
        {
            Fail($"No message within {time}; expected one of {Listed(wanted)}.");
        }

        if (envelope.Message is not T typed || !wanted.Contains(typed))
        {
            Fail($"Expected one of {Listed(wanted)}, but received {Describe(envelope)}.");
            return default; // Not reached: Fail throws.
        }

        return typed;
    }

    private async IAsyncEnumerable<T> ExpectAllOfCoreAsync<T>(
        TimeSpan time,
        IReadOnlyCollection<T> messages,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var received = new List<object>();
        await foreach (var message in ReceiveNCoreAsync(messages.Count, time, cancellationToken).ConfigureAwait(false))
        {
            received.Add(message);
        }

        var missing = messages.ToList();
        var unexpected = received.Where(message => message is not T typed || !missing.Remove(typed)).ToList();
        if (missing.Count > 0 || unexpected.Count > 0)
        {
            Fail($"Expected all of {Listed(messages)}; missing {Listed(missing)}, unexpected {Listed(unexpected)}.");
        }

        foreach (var message in received)
        {
            yield return (T)message;
        }
    }

    private static string Listed<T>(IEnumerable<T> values) => $"[{string.Join(", ", values)}]";
}
