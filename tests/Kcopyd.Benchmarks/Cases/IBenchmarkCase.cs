namespace Kcopyd.Benchmarks.Cases;

/// <summary>Something that is measured.</summary>
internal interface IBenchmarkCase
{
    /// <summary>The word for it on the command line.</summary>
    string Name { get; }

    /// <summary>What it shows, for the list of cases.</summary>
    string Summary { get; }

    /// <summary>Measures and reports.</summary>
    Task RunAsync(BenchmarkSession session);
}
