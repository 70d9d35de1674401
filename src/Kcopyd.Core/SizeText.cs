using System.Buffers;
using System.Globalization;

namespace Kcopyd.Core;

/// <summary>Sizes in text, both ways.</summary>
/// <remarks>
/// Suffixes: <c>K M G T P E</c> and <c>KiB MiB …</c> are powers of 1024, <c>kB KB MB GB …</c> powers of 1000, <c>s</c>
/// sectors of 512 bytes, <c>b</c> or <c>B</c> or nothing bytes. A fraction is fine where the result is a whole number
/// of bytes.
/// </remarks>
public static class SizeText
{
    private const string Letters = "KMGTPE";

    /// <summary>
    /// What a decimal keeps exactly. A longer number would be rounded to something that was not written.
    /// </summary>
    private const int ExactCharacters = 28;

    private static readonly SearchValues<char> NumberCharacters = SearchValues.Create("0123456789.");

    /// <summary>Formats with one decimal at most and a binary unit.</summary>
    public static string Format(long bytes)
    {
        var value = (double)bytes;
        var unit = -1;
        while (Math.Abs(value) >= 1024 && unit < Letters.Length - 1)
        {
            value /= 1024;
            unit++;
        }

        // 1023.96 KiB would print as "1024.0 KiB": one unit up says the same more plainly.
        if (Math.Abs(value) >= 1023.95 && unit >= 0 && unit < Letters.Length - 1)
        {
            value /= 1024;
            unit++;
        }

        var number = value.ToString("0.#", CultureInfo.InvariantCulture);
        return unit < 0 ? $"{number} B" : $"{number} {Letters[unit]}iB";
    }

    /// <summary>
    /// Reads a size; false, and zero, when it is none, is negative, or is not a whole number of bytes.
    /// </summary>
    public static bool TryParse(string? text, out long bytes)
    {
        bytes = 0;
        if (string.IsNullOrWhiteSpace(text))
        {
            return false;
        }

        var trimmed = text.AsSpan().Trim();
        var digits = trimmed.IndexOfAnyExcept(NumberCharacters);
        var number = digits < 0 ? trimmed : trimmed[..digits];
        var suffix = digits < 0 ? default : trimmed[digits..].TrimStart();
        if (number.Length > ExactCharacters
            || !decimal.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value)
            || !TryScale(suffix, out var scale)
            || value > long.MaxValue / (decimal)scale)
        {
            return false;
        }

        var exact = value * scale;
        if (exact != decimal.Truncate(exact))
        {
            return false;
        }

        bytes = (long)exact;
        return true;
    }

    private static bool TryScale(ReadOnlySpan<char> suffix, out long scale)
    {
        scale = 1;
        if (suffix.IsEmpty || suffix is "b" or "B")
        {
            return true;
        }

        if (suffix is "s")
        {
            scale = Sectors.Size;
            return true;
        }

        var power = Letters.IndexOf(char.ToUpperInvariant(suffix[0]), StringComparison.Ordinal) + 1;
        var rest = suffix[1..];
        if (power == 0 || !(rest.IsEmpty || rest is "B" || rest.Equals("iB", StringComparison.OrdinalIgnoreCase)))
        {
            return false;
        }

        var unit = rest is "B" ? 1000L : 1024L;
        for (var i = 0; i < power; i++)
        {
            scale *= unit;
        }

        return true;
    }
}
