using System.Diagnostics.CodeAnalysis;

namespace Kcopyd.Devices;

/// <summary>Asynchronous forms of calls that never wait: made at once, with failures in the task.</summary>
[SuppressMessage("Design", "CA1031", Justification = "A failure belongs into the task, whatever it is.")]
internal static class Inline
{
    internal static ValueTask Run<TState>(TState state, Action<TState> call, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled(cancellationToken);
        }

        try
        {
            call(state);
            return ValueTask.CompletedTask;
        }
        catch (Exception failure)
        {
            return ValueTask.FromException(failure);
        }
    }

    internal static ValueTask<IReadOnlyList<BlockExtent>> Ask<TState>(
        TState state, Func<TState, IReadOnlyList<BlockExtent>> call, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<IReadOnlyList<BlockExtent>>(cancellationToken);
        }

        try
        {
            return ValueTask.FromResult(call(state));
        }
        catch (Exception failure)
        {
            return ValueTask.FromException<IReadOnlyList<BlockExtent>>(failure);
        }
    }
}
