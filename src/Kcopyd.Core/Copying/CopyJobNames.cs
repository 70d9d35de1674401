using System.Buffers;

namespace Kcopyd.Core.Copying;

/// <summary>What a job may be called: something that is safe as a file name, in a URL and in a shell.</summary>
public static class CopyJobNames
{
    /// <summary>The longest name.</summary>
    public const int MaxLength = 128;

    /// <summary>The rule in words.</summary>
    public const string Rule = "1 to 128 letters, digits, '-', '_' and '.', not beginning with '.' or '-'.";

    private static readonly SearchValues<char> Allowed =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.");

    /// <summary>Whether a text may be a name.</summary>
    public static bool IsValid(string? name) =>
        name is { Length: > 0 and <= MaxLength }
        && name[0] is not ('.' or '-')
        && !name.AsSpan().ContainsAnyExcept(Allowed);
}
