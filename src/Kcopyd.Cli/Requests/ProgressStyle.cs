namespace Kcopyd.Cli.Requests;

/// <summary>How progress is shown, on standard error.</summary>
internal enum ProgressStyle
{
    /// <summary>A live bar on a terminal, plain lines elsewhere.</summary>
    Auto,

    /// <summary>A line of text every few seconds.</summary>
    Plain,

    /// <summary>A JSON object a line.</summary>
    Json,

    /// <summary>Not at all.</summary>
    None,
}
