using System.Globalization;
using Kcopyd.Core;

namespace Kcopyd.Benchmarks.Settings;

/// <summary>Reads the command line.</summary>
internal static class BenchmarkOptionsReader
{
    private static readonly string[] ProgramOptions = ["--segment", "--in-flight", "--pages"];

    /// <summary>Reads what follows <c>copy</c>.</summary>
    /// <param name="arguments">The words.</param>
    /// <param name="cases">The names of the cases there are.</param>
    /// <exception cref="UsageException">A word is not understood.</exception>
    public static BenchmarkOptions Read(IReadOnlyList<string> arguments, IReadOnlyCollection<string> cases)
    {
        var options = new BenchmarkOptions();
        var runs = (int?)null;
        for (var i = 0; i < arguments.Count; i++)
        {
            var word = arguments[i];
            if (!word.StartsWith('-'))
            {
                options = cases.Contains(word)
                    ? options with { Cases = options.Cases.Add(word) }
                    : throw new UsageException($"There is no case '{word}'; there are: {string.Join(", ", cases)}.");
                continue;
            }

            if (word is "--quick" or "--gate")
            {
                options = word is "--gate" ? options with { IsGate = true } : options with { IsQuick = true };
                continue;
            }

            i++;
            var value = i < arguments.Count ? arguments[i] : throw new UsageException($"{word} needs a value.");
            runs = word is "--runs" ? ReadRuns(value) : runs;
            options = word is "--runs" ? options : Apply(options, word, value);
        }

        var usual = options.IsQuick ? BenchmarkOptions.QuickRuns : BenchmarkOptions.DefaultRuns;
        return options with { Runs = runs ?? usual };
    }

    private static BenchmarkOptions Apply(BenchmarkOptions options, string word, string value) => word switch
    {
        "--size" => options with { Size = ReadSize(value) },
        "--dir" => options with { MemoryDirectory = ReadDirectory(value) },
        "--disk-dir" => options with { DiskDirectory = ReadDirectory(value) },
        "--json" => options with { JsonPath = Path.GetFullPath(value) },
        "--program" => options with { ProgramPath = ReadFile(value) },
        _ when ProgramOptions.Contains(word) =>
            options with { ProgramOptions = [.. options.ProgramOptions, word, value] },
        _ => throw new UsageException($"There is no option '{word}'."),
    };

    private static int ReadRuns(string value) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var runs) && runs is >= 1 and <= 1_000
            ? runs
            : throw new UsageException($"--runs '{value}' is not a number from 1 to 1,000.");

    /// <summary>Whole MiB, so that every peer can copy it directly in blocks of 1 MiB.</summary>
    private static ByteCount ReadSize(string value) =>
        SizeText.TryParse(value, out var bytes) && bytes > 0 && bytes % 1.MiB.Value == 0
            ? new ByteCount(bytes)
            : throw new UsageException($"--size '{value}' is not a size in whole MiB.");

    private static string ReadDirectory(string value) => Directory.Exists(value)
        ? Path.GetFullPath(value)
        : throw new UsageException($"There is no directory '{value}'.");

    private static string ReadFile(string value) => File.Exists(value)
        ? Path.GetFullPath(value)
        : throw new UsageException($"There is no program '{value}'.");
}
