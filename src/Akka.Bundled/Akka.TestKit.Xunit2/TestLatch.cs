namespace Akka.TestKit;

/// <summary>Opens once it was counted down often enough. Any thread may count and wait.</summary>
public class TestLatch
{
    private readonly Lock _lock = new();
    private readonly Func<TimeSpan, TimeSpan> _dilate;
    private readonly int _initial;
    private readonly TimeSpan _defaultTimeout;
    private TaskCompletionSource _opened = NewSource();
    private int _left;

    /// <summary>Builds a latch that opens after one count, and waits 5 s by default.</summary>
    public TestLatch()
        : this(1)
    {
    }

    /// <summary>Builds a latch that opens after so many counts, and waits 5 s by default.</summary>
    public TestLatch(int count)
        : this(count, TimeSpan.FromSeconds(5))
    {
    }

    /// <summary>Builds a latch.</summary>
    /// <param name="count">How many counts open it.</param>
    /// <param name="defaultTimeout">How long to wait when not told.</param>
    public TestLatch(int count, TimeSpan defaultTimeout)
        : this(static time => time, count, defaultTimeout)
    {
    }

    /// <summary>Builds a latch whose waiting times are dilated.</summary>
    protected internal TestLatch(Func<TimeSpan, TimeSpan> dilate, int count, TimeSpan defaultTimeout)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 0);
        _dilate = dilate;
        _initial = count;
        _defaultTimeout = defaultTimeout;
        Reset();
    }

    /// <summary>Whether it is open.</summary>
    public bool IsOpen => Source.Task.IsCompleted;

    private TaskCompletionSource Source
    {
        get
        {
            lock (_lock)
            {
                return _opened;
            }
        }
    }

    /// <summary>Counts once.</summary>
    public void CountDown()
    {
        lock (_lock)
        {
            if (_left > 0 && --_left == 0)
            {
                _opened.TrySetResult();
            }
        }
    }

    /// <summary>Opens it, whatever was counted.</summary>
    public void Open()
    {
        lock (_lock)
        {
            _left = 0;
            _opened.TrySetResult();
        }
    }

    /// <summary>Closes it and starts counting anew.</summary>
    public void Reset()
    {
        lock (_lock)
        {
            _left = _initial;
            _opened = NewSource();
            if (_left == 0)
            {
                _opened.TrySetResult();
            }
        }
    }

    /// <summary>Waits until it is open, at most for the default time.</summary>
    /// <exception cref="TimeoutException">The time is up.</exception>
    public void Ready() => Ready(_defaultTimeout);

    /// <summary>Waits until it is open.</summary>
    /// <exception cref="TimeoutException">The time is up.</exception>
    public void Ready(TimeSpan timeout) => Internal.Blocking.Wait(Source.Task.WaitAsync(_dilate(timeout)));

    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
