namespace Kcopyd.Actors.TestKit.Simulation;

/// <summary>Where <c>await</c> continues inline: no synchronization context, the default task scheduler.</summary>
internal static class SimulationContext
{
    public static void Run(Action action)
    {
        var context = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        try
        {
            if (TaskScheduler.Current == TaskScheduler.Default)
            {
                action();
                return;
            }

            // A task run in place on the default scheduler: inside it that one is the current one.
            var task = new Task(action);
            task.RunSynchronously(TaskScheduler.Default);
            task.GetAwaiter().GetResult();
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(context);
        }
    }
}
