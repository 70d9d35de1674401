namespace Kcopyd.Benchmarks.Processes;

/// <summary>A program that was measured did not do what it was asked to.</summary>
internal sealed class ProcessFailedException(string message) : Exception(message);
