using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Kcopyd.Actors.Tests.Observing;

/// <summary>Everything that is measured on the engine's meter while it exists, by whomever.</summary>
internal sealed class InstrumentRecorder : IDisposable
{
    private readonly ConcurrentQueue<Measured> _measured = new();
    private readonly MeterListener _listener = new();

    public InstrumentRecorder()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == "Kcopyd.Actors")
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.Start();
    }

    /// <summary>What an instrument has measured so far.</summary>
    public IReadOnlyList<Measured> Of(string instrument) => [.. _measured.Where(one => one.Instrument == instrument)];

    public void Dispose() => _listener.Dispose();

    private void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var all = tags.ToArray();
        var outcome = all.FirstOrDefault(tag => tag.Key == "outcome").Value as string;
        var error = all.FirstOrDefault(tag => tag.Key == "error").Value as string;
        _measured.Enqueue(new Measured(instrument.Name, instrument.Unit, value, outcome) { Error = error });
    }

    internal sealed record Measured(string Instrument, string? Unit, double Value, string? Outcome)
    {
        public string? Error { get; init; }
    }
}
