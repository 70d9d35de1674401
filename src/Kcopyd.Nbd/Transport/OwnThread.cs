namespace Kcopyd.Nbd.Transport;

/// <summary>What a thread does that one connection has for itself: it waits.</summary>
internal static class OwnThread
{
    /// <summary>Waits for the end of a call.</summary>
    public static void Wait(ValueTask call)
    {
        if (call.IsCompleted)
        {
            call.GetAwaiter().GetResult();
            return;
        }

        call.AsTask().GetAwaiter().GetResult();
    }

    /// <summary>Waits for what a call returns.</summary>
    public static TResult Wait<TResult>(ValueTask<TResult> call) =>
        call.IsCompleted ? call.GetAwaiter().GetResult() : call.AsTask().GetAwaiter().GetResult();
}
