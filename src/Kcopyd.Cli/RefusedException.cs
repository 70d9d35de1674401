namespace Kcopyd.Cli;

/// <summary>What was asked for cannot be done, and nothing was touched.</summary>
/// <param name="sentence">Why, in one sentence without a full stop, naming what and where.</param>
internal sealed class RefusedException(string sentence) : Exception(sentence);
