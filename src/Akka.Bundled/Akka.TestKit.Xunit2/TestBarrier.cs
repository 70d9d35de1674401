namespace Akka.TestKit;

/// <summary>Lets its parties pass once all of them wait at it; then it can be used again.</summary>
public class TestBarrier
{
    private readonly Lock _lock = new();
    private readonly TestKitBase _testKit;
    private readonly int _count;
    private readonly TimeSpan _defaultTimeout;
    private TaskCompletionSource _opened = NewSource();
    private int _waiting;

    /// <summary>Builds a barrier.</summary>
    /// <param name="testKit">Dilates waiting times.</param>
    /// <param name="count">How many parties it needs.</param>
    /// <param name="defaultTimeout">How long to wait when not told; null is default-timeout.</param>
    public TestBarrier(TestKitBase testKit, int count, TimeSpan? defaultTimeout = null)
    {
        ArgumentNullException.ThrowIfNull(testKit);
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        _testKit = testKit;
        _count = count;
        _defaultTimeout = defaultTimeout ?? testKit.TestKitSettings.DefaultTimeout;
    }

    /// <summary>Waits for the others, at most for the default time.</summary>
    /// <exception cref="TimeoutException">The time is up.</exception>
    public void Await() => Await(_defaultTimeout);

    /// <summary>Waits for the others.</summary>
    /// <exception cref="TimeoutException">The time is up.</exception>
    public void Await(TimeSpan timeout)
    {
        TaskCompletionSource opened;
        lock (_lock)
        {
            opened = _opened;
            if (++_waiting == _count)
            {
                opened.TrySetResult();
                Reset();
            }
        }

        Internal.Blocking.Wait(opened.Task.WaitAsync(_testKit.Dilated(timeout)));
    }

    /// <summary>Forgets who waits: those never pass.</summary>
    public void Reset()
    {
        lock (_lock)
        {
            _waiting = 0;
            _opened = NewSource();
        }
    }

    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
