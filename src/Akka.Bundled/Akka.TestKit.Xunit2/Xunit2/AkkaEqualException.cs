using Xunit.Sdk;

namespace Akka.TestKit.Xunit2.Internals;

/// <summary>Two values that should be equal are not.</summary>
public class AkkaEqualException : XunitException
{
    /// <summary>Builds the exception.</summary>
    /// <param name="expected">What it should be.</param>
    /// <param name="actual">What it is.</param>
    /// <param name="hint">More about it, or empty.</param>
    public AkkaEqualException(object? expected, object? actual, string hint = "")
        : base($"Expected {expected ?? "null"}, but received {actual ?? "null"}.{TestKitBase.Hint(hint)}")
    {
    }
}
