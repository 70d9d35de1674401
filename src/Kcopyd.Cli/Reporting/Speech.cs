namespace Kcopyd.Cli.Reporting;

/// <summary>Lines for people.</summary>
internal static class Speech
{
    /// <summary>A line of the result, on standard output.</summary>
    internal static void Say(string line) => Console.Out.WriteLine(line);

    /// <summary>A sentence about the work, on standard error, with the program's name before it.</summary>
    /// <remarks>Where nobody can be told, a full disk or a closed pipe, the work goes on.</remarks>
    internal static void Complain(string sentence)
    {
        try
        {
            Console.Error.WriteLine($"kcopyd: {sentence}");
        }
        catch (IOException)
        {
            // As the remark says.
        }
    }
}
