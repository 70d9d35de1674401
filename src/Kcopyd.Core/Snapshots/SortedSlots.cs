namespace Kcopyd.Core.Snapshots;

/// <summary>Items that each cover the numbers from one of their own up to that of the next, ascending.</summary>
internal sealed class SortedSlots<T>
    where T : class
{
    private const int StartCapacity = 4;

    private long[] _firsts = new long[StartCapacity];

    private T[] _items = new T[StartCapacity];

    /// <summary>How many there are.</summary>
    public int Count { get; private set; }

    /// <summary>An item.</summary>
    public T this[int index] => _items[index];

    /// <summary>The first number that an item covers.</summary>
    public long FirstOf(int index) => _firsts[index];

    /// <summary>The item that covers a number; -1 if the first item begins after it.</summary>
    public int Covering(long number)
    {
        var (before, left) = (0, Count);
        while (left > 0)
        {
            var half = (left + 1) / 2;
            before += _firsts[before + half - 1] <= number ? half : 0;
            left -= half;
        }

        return before - 1;
    }

    /// <summary>Puts an item in.</summary>
    public void Insert(int index, long first, T item)
    {
        if (Count == _items.Length)
        {
            Array.Resize(ref _firsts, Count * 2);
            Array.Resize(ref _items, Count * 2);
        }

        Array.Copy(_firsts, index, _firsts, index + 1, Count - index);
        Array.Copy(_items, index, _items, index + 1, Count - index);
        (_firsts[index], _items[index]) = (first, item);
        Count++;
    }

    /// <summary>Takes an item out; the one before it covers what it covered.</summary>
    public void RemoveAt(int index)
    {
        Count--;
        Array.Copy(_firsts, index + 1, _firsts, index, Count - index);
        Array.Copy(_items, index + 1, _items, index, Count - index);
        _items[Count] = null!;
    }

    /// <summary>Moves the border between an item and the one before it.</summary>
    public void SetFirst(int index, long first) => _firsts[index] = first;

    /// <summary>Takes the items from an index on out, into slots of their own.</summary>
    public SortedSlots<T> SplitOff(int from)
    {
        var tail = new SortedSlots<T>();
        for (var i = from; i < Count; i++)
        {
            tail.Insert(tail.Count, _firsts[i], _items[i]);
        }

        Array.Clear(_items, from, Count - from);
        Count = from;
        return tail;
    }
}
