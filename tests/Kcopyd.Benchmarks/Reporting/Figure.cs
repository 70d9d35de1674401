namespace Kcopyd.Benchmarks.Reporting;

/// <summary>A number with a name, where there is nobody to compare with.</summary>
/// <param name="Name">What.</param>
/// <param name="Value">How much.</param>
/// <param name="Unit">Of what.</param>
internal sealed record Figure(string Name, double Value, string Unit);
