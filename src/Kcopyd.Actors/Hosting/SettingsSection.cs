using Akka.Configuration;
using Kcopyd.Core;

namespace Kcopyd.Actors.Hosting;

/// <summary>A part of an actor system's configuration.</summary>
/// <param name="Path">Where it is.</param>
/// <param name="Keys">What it holds.</param>
internal sealed record SettingsSection(string Path, Config Keys)
{
    /// <summary>Options with one of them as the key says, or as they are where there is no such key.</summary>
    /// <exception cref="ConfigurationException">The value is not one for this key, which the sentence
    /// names.</exception>
    public T Read<T>(T options, string key, Func<T, string, T> set)
    {
        if (!Keys.HasPath(key))
        {
            return options;
        }

        try
        {
            return set(options, key);
        }
        catch (Exception e) when (e is ArgumentException or FormatException or OverflowException)
        {
            throw new ConfigurationException($"{Path}.{key}: {e.Message}", e);
        }
    }

    /// <summary>A size: bytes, or with a suffix.</summary>
    public ByteCount Size(string key)
    {
        var text = Keys.GetString(key);
        return SizeText.TryParse(text, out var bytes)
            ? new ByteCount(bytes)
            : throw new FormatException($"'{text}' is no size.");
    }

    /// <summary>A list of whole numbers.</summary>
    public IReadOnlyList<int> Integers(string key)
    {
        var list = Keys.GetIntList(key);
        return list is { Count: > 0 }
            ? [.. list]
            : string.IsNullOrEmpty(Keys.GetString(key)) ? [] : throw new FormatException("It is no list.");
    }

    /// <summary>A text; null where it is empty.</summary>
    public string? Optional(string key) => Keys.GetString(key) is { Length: > 0 } text ? text : null;
}
