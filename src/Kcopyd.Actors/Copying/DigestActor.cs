using System.Security.Cryptography;
using Akka.Actor;
using Kcopyd.Core.Copying;
using Kcopyd.Devices;

namespace Kcopyd.Actors.Copying;

/// <summary>Computes the SHA-256 of a job's segments, which it is told of in ascending order.</summary>
/// <remarks>A crash loses what was computed, which cannot be had again without reading again: the job fails.</remarks>
internal sealed class DigestActor : UntypedActor
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    /// <inheritdoc/>
    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case HashSegment hash:
                OnHashSegment(hash);
                break;
            case GetDigest:
                Sender.Tell(new Digest([.. _hash.GetCurrentHash()]));
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    /// <inheritdoc/>
    protected override void PostStop() => _hash.Dispose();

    private void OnHashSegment(HashSegment message)
    {
        if (message.Lease is null)
        {
            AppendZeros(message.Bytes);
        }
        else if (message.Lease.TryHold())
        {
            _hash.AppendData(message.Lease.GetSpan()[..(int)message.Bytes]);
            message.Lease.Release();
        }

        Sender.Tell(new JobMessage.SegmentHashed(message.Segment.Index, message.Segment.Attempt));
    }

    private void AppendZeros(long bytes)
    {
        var zeros = ZeroPages.Memory.Span;
        for (var rest = bytes; rest > 0; rest -= zeros.Length)
        {
            _hash.AppendData(zeros[..(int)Math.Min(zeros.Length, rest)]);
        }
    }

    /// <summary>Command: append these bytes; no lease: so many zeros. Answered by
    /// <see cref="JobMessage.SegmentHashed"/>.</summary>
    internal sealed record HashSegment(Segment Segment, PageLease? Lease, long Bytes)
        : INoSerializationVerificationNeeded;

    /// <summary>Query: the digest of everything so far. Answered by <see cref="Digest"/>.</summary>
    internal sealed record GetDigest : INoSerializationVerificationNeeded;

    /// <summary>Answer: the digest.</summary>
    internal sealed record Digest(System.Collections.Immutable.ImmutableArray<byte> Value)
        : INoSerializationVerificationNeeded;
}
