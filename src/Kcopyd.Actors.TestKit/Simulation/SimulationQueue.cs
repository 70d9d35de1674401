using Akka.Dispatch;

namespace Kcopyd.Actors.TestKit.Simulation;

/// <summary>What can run now, in an order that does not depend on the order of arrival. Not safe for concurrent
/// calls.</summary>
/// <remarks>
/// A runnable gets a number when it is first seen, and is kept in order of numbers. An actor's mailbox comes back many
/// times with the same number. So a step that wakes several actors in the order of a hash table, which differs between
/// processes, still leaves the same queue, and a seed repeats a run in another process too.
/// </remarks>
internal sealed class SimulationQueue
{
    private readonly List<(long Number, IRunnable Runnable)> _items = [];
    private readonly Dictionary<Mailbox, long> _mailboxes = new(ReferenceEqualityComparer.Instance);
    private long _last;

    public int Count => _items.Count;

    public void Add(IRunnable runnable)
    {
        if (runnable is not Mailbox mailbox)
        {
            _items.Add((++_last, runnable));
            return;
        }

        if (!_mailboxes.TryGetValue(mailbox, out var number))
        {
            number = ++_last;
            _mailboxes.Add(mailbox, number);
            _items.Add((number, mailbox));
            return;
        }

        var index = _items.Count;
        while (index > 0 && _items[index - 1].Number > number)
        {
            index--;
        }

        _items.Insert(index, (number, mailbox));
    }

    public (long Number, IRunnable Runnable) Take(int index)
    {
        var item = _items[index];
        _items.RemoveAt(index);
        return item;
    }

    public void Reset()
    {
        _items.Clear();
        _mailboxes.Clear();
        _last = 0;
    }
}
