namespace Akka.TestKit;

/// <summary>A mute that lasts until it is undone or disposed.</summary>
public interface IUnmutableFilter : IDisposable
{
    /// <summary>Ends the mute.</summary>
    void Unmute();
}
