namespace Kcopyd.Interop.Tests.Nbd;

/// <summary>Writes that go on until the server goes away.</summary>
/// <param name="Reached">Completes when so many are acknowledged as were wanted.</param>
/// <param name="Ended">Completes when the server is gone; fails if it goes before that.</param>
internal sealed record NumberedWrites(Task Reached, Task Ended);
