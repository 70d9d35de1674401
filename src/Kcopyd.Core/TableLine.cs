using System.Globalization;

namespace Kcopyd.Core;

/// <summary>The words of a table line, read one after another; each refusal names the word, from 1.</summary>
/// <param name="line">The line; any white space parts its words.</param>
/// <param name="refuse">Makes the exception of a target: the reason, the word, what the kernel says.</param>
internal sealed class TableLine(string line, Func<string, int, string?, Exception> refuse)
{
    private readonly string[] _words = line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);

    /// <summary>How many words come before the next one.</summary>
    public int Next { get; set; }

    /// <summary>The words from the next one on.</summary>
    public int Left => _words.Length - Next;

    /// <summary>The next word, which there must be.</summary>
    public string Word => _words[Next];

    /// <summary>The word behind so many others, which there must be.</summary>
    public string this[int word] => _words[word];

    /// <summary>Refuses what would not be one word of a table.</summary>
    public static void CheckWord(string word, string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(word, name);
        if (word.Any(char.IsWhiteSpace))
        {
            throw new ArgumentException(
                $"'{word}' has white space in it; a path that has some is written as a percent-encoded file URI.",
                name);
        }
    }

    /// <summary>The next word, which is then behind.</summary>
    public string Take() => _words[Next++];

    /// <summary>The next word as a number: digits and nothing else.</summary>
    public long Number(string? kernel, string what, long max)
    {
        if (!Word.All(char.IsAsciiDigit))
        {
            throw Refused(kernel, $"but {what} is a whole number");
        }

        if (!long.TryParse(Word, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number > max)
        {
            throw Refused(kernel, $"but {what} is at most {max}");
        }

        Next++;
        return number;
    }

    /// <summary>Refuses a line with fewer words left.</summary>
    public void Need(long words, string? kernel, string why)
    {
        if (Left < words)
        {
            throw refuse($"the line ends after word {_words.Length}, but {why}", _words.Length + 1, kernel);
        }
    }

    /// <summary>The exception that refuses the next word.</summary>
    public Exception Refused(string? kernel, string why) => Refused(Next, kernel, why);

    /// <summary>The exception that refuses the word behind so many others.</summary>
    public Exception Refused(int word, string? kernel, string why) =>
        refuse($"word {word + 1} is '{_words[word]}', {why}", word + 1, kernel);
}
