namespace Kcopyd.Actors.TestKit.Crashes;

/// <summary>What goes wrong, by number. Not safe for concurrent calls.</summary>
internal sealed class JournalFaults
{
    private readonly List<Armed> _armed = [];

    public void Add(int number, JournalFault fault, string? persistenceId)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(number, 1);
        _armed.Add(new Armed(fault, persistenceId) { Left = number });
    }

    public void Clear() => _armed.Clear();

    /// <summary>Counts a request and says how it goes wrong; null for not at all.</summary>
    public JournalFault? Begin(string persistenceId)
    {
        foreach (var armed in _armed.Where(armed => (armed.PersistenceId ?? persistenceId) == persistenceId))
        {
            armed.Left--;
        }

        var hit = _armed.Find(armed => armed.Left == 0);
        _armed.RemoveAll(armed => armed.Left == 0);
        return hit?.Fault;
    }

    private sealed record Armed(JournalFault Fault, string? PersistenceId)
    {
        public int Left { get; set; }
    }
}
