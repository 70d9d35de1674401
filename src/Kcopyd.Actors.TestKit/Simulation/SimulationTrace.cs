using System.Collections.Immutable;

namespace Kcopyd.Actors.TestKit.Simulation;

/// <summary>What a run did, as a number that is equal for equal runs, and on request as text.</summary>
internal sealed class SimulationTrace
{
    private readonly List<string>? _lines;

    public SimulationTrace(bool keepsLines)
    {
        _lines = keepsLines ? [] : null;
        Reset();
    }

    public ulong Hash { get; private set; }

    public ImmutableArray<string> Lines => _lines is null ? [] : [.. _lines];

    public void AddStep(long step, TimeSpan now, long number, int choices)
    {
        AddNumber((ulong)now.Ticks);
        AddNumber((ulong)number);
        AddNumber((ulong)choices);
        _lines?.Add($"{step} at {now}: item {number} of {choices}");
    }

    public void AddNote(string text)
    {
        foreach (var character in text)
        {
            AddNumber(character);
        }

        _lines?.Add(text);
    }

    public void Reset()
    {
        Hash = 0;
        _lines?.Clear();
    }

    private void AddNumber(ulong number) => Hash = SeededRandom.Mix(Hash + number + 0x9E3779B97F4A7C15);
}
