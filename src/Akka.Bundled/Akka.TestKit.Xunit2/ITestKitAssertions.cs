namespace Akka.TestKit;

/// <summary>How a test framework reports a failure. Every method that fails throws the framework's exception.</summary>
/// <remarks>A format without arguments is taken literally, braces and all.</remarks>
public interface ITestKitAssertions
{
    /// <summary>Fails always.</summary>
    void Fail(string format = "", params object?[] args);

    /// <summary>Fails unless <paramref name="condition"/> holds.</summary>
    void AssertTrue(bool condition, string format = "", params object?[] args);

    /// <summary>Fails if <paramref name="condition"/> holds.</summary>
    void AssertFalse(bool condition, string format = "", params object?[] args);

    /// <summary>Fails unless both values are equal by the default comparer of <typeparamref name="T"/>.</summary>
    void AssertEqual<T>(T expected, T actual, string format = "", params object?[] args);

    /// <summary>Fails unless <paramref name="comparer"/> finds both values equal.</summary>
    void AssertEqual<T>(T expected, T actual, Func<T, T, bool> comparer, string format = "", params object?[] args);
}
