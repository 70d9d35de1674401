namespace Kcopyd.Benchmarks.Settings;

/// <summary>The command line cannot be followed; the message says why in one sentence.</summary>
internal sealed class UsageException(string message) : Exception(message);
