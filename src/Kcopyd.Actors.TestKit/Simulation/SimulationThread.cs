namespace Kcopyd.Actors.TestKit.Simulation;

/// <summary>Whose thread runs the loop, and who else put work into its queue meanwhile.</summary>
internal sealed class SimulationThread
{
    private int _runner;
    private string? _intruder;

    public bool IsRunning => _runner != 0;

    /// <summary>Whether other threads may put work into the queue.</summary>
    public bool AdmitsOthers { get; set; }

    /// <summary>Runs the loop on this thread.</summary>
    /// <exception cref="InvalidOperationException">It runs already.</exception>
    public void Run(Action run)
    {
        if (IsRunning)
        {
            throw new InvalidOperationException("The loop runs already: a step cannot run it.");
        }

        _runner = Environment.CurrentManagedThreadId;
        try
        {
            SimulationContext.Run(run);
        }
        finally
        {
            _runner = 0;
        }
    }

    /// <summary>Notes where work comes from that this thread puts into the queue.</summary>
    public void Note()
    {
        if (!AdmitsOthers && IsRunning && _runner != Environment.CurrentManagedThreadId)
        {
            Interlocked.CompareExchange(ref _intruder, Environment.StackTrace, null);
        }
    }

    /// <summary>The stack of the first other thread that put work into the queue, once.</summary>
    public string? TakeIntruder() =>
        Volatile.Read(ref _intruder) is null ? null : Interlocked.Exchange(ref _intruder, null);
}
