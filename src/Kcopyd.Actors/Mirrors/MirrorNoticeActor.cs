using Akka.Actor;
using Kcopyd.Core.Mirrors;
using Microsoft.Extensions.Logging;

namespace Kcopyd.Actors.Mirrors;

/// <summary>Calls whoever wants to hear of a mirror, one call at a time. A crash cannot happen by a message.</summary>
internal sealed class MirrorNoticeActor : ReceiveActor
{
    public MirrorNoticeActor(Action<MirrorNotice> callback, string mirror, ILogger logger) =>
        Receive<MirrorNotice>(notice =>
        {
            try
            {
                callback(notice);
            }
#pragma warning disable CA1031 // The callback is not ours: what it throws is its affair.
            catch (Exception e)
#pragma warning restore CA1031
            {
                MirrorLog.CallbackFailed(logger, e, mirror);
            }
        });
}
