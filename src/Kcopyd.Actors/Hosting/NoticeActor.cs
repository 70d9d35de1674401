using Akka.Actor;

namespace Kcopyd.Actors.Hosting;

/// <summary>Calls whoever wants to hear of something, one call at a time. A crash cannot happen by a message.</summary>
/// <typeparam name="T">What there is to hear: the messages derive from it.</typeparam>
internal sealed class NoticeActor<T> : ReceiveActor
{
    public NoticeActor(Action<T> callback, Action<Exception> failed) =>
        Receive<T>(notice =>
        {
            try
            {
                callback(notice);
            }
#pragma warning disable CA1031 // The callback is not ours: what it throws is its affair.
            catch (Exception e)
#pragma warning restore CA1031
            {
                failed(e);
            }
        });

    public static Props Props(Action<T> callback, Action<Exception> failed) =>
        Akka.Actor.Props.Create<NoticeActor<T>>(callback, failed);
}
