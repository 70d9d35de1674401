namespace Akka.TestKit;

/// <summary>Marks a kit whose test actor does not become the implicit sender of the thread that builds it.</summary>
public interface INoImplicitSender
{
}
