namespace Kcopyd.Benchmarks.Contests;

/// <summary>Numbers about numbers.</summary>
internal static class Statistics
{
    /// <summary>The one in the middle, or the mean of the two there; NaN of nothing.</summary>
    public static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted.Length == 0
            ? double.NaN
            : (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }

    /// <summary>From the smallest to the largest, as a share of the median.</summary>
    public static double Spread(IReadOnlyCollection<double> values) =>
        values.Count == 0 ? double.NaN : (values.Max() - values.Min()) / Median(values);
}
