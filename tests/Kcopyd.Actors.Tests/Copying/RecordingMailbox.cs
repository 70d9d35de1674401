using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Akka.Actor;
using Akka.Configuration;
using Akka.Dispatch;
using Akka.Dispatch.MessageQueues;

namespace Kcopyd.Actors.Tests.Copying;

/// <summary>A mailbox that writes down in what order messages came.</summary>
/// <remarks>One per actor system, for the actor whose deployment names it.</remarks>
internal sealed class RecordingMailbox(Settings settings, Config config) : MailboxType(settings, config)
{
    private static readonly ConditionalWeakTable<ActorSystem, RecordingQueue> Queues = [];

    /// <summary>The settings that give an actor such a mailbox.</summary>
    public static string ConfigFor(string path) =>
        $$"""
        recording-mailbox.mailbox-type = "{{typeof(RecordingMailbox).AssemblyQualifiedName}}"
        akka.actor.deployment."{{path}}".mailbox = recording-mailbox
        """;

    /// <summary>What came so far, of one type.</summary>
    public static ImmutableArray<T> Received<T>(ActorSystem system) =>
        Queues.TryGetValue(system, out var queue) ? queue.Received<T>() : [];

    public override IMessageQueue Create(IActorRef owner, ActorSystem system) => Queues.GetOrCreateValue(system);

    private sealed class RecordingQueue : IMessageQueue
    {
        private readonly Lock _lock = new();
        private readonly Queue<Envelope> _queue = new();
        private readonly List<object> _received = [];

        public bool HasMessages => Count > 0;

        public int Count
        {
            get
            {
                lock (_lock)
                {
                    return _queue.Count;
                }
            }
        }

        public ImmutableArray<T> Received<T>()
        {
            lock (_lock)
            {
                return [.. _received.OfType<T>()];
            }
        }

        public void Enqueue(IActorRef receiver, Envelope envelope)
        {
            lock (_lock)
            {
                _queue.Enqueue(envelope);
                _received.Add(envelope.Message);
            }
        }

        public bool TryDequeue(out Envelope envelope)
        {
            lock (_lock)
            {
                return _queue.TryDequeue(out envelope);
            }
        }

        public void CleanUp(IActorRef owner, IMessageQueue deadletters)
        {
            while (TryDequeue(out var envelope))
            {
                deadletters.Enqueue(owner, envelope);
            }
        }
    }
}
