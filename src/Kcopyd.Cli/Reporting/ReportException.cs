namespace Kcopyd.Cli.Reporting;

/// <summary>The result could not be written: the job is over, and who reads the result does not know how.</summary>
/// <param name="sentence">What came of the job's output, in one sentence without a full stop.</param>
/// <param name="cause">Why.</param>
internal sealed class ReportException(string sentence, Exception cause) : Exception(sentence, cause);
