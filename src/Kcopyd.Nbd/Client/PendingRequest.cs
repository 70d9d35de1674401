using Kcopyd.Devices;
using Kcopyd.Nbd.Protocol;

namespace Kcopyd.Nbd.Client;

/// <summary>A request that was sent and is not answered.</summary>
/// <param name="header">What was sent.</param>
/// <param name="destination">Where the bytes of a read go.</param>
/// <param name="continuation">Where what awaits the answer goes on.</param>
internal sealed class PendingRequest(
    NbdRequestHeader header, Memory<byte> destination, TaskCreationOptions continuation)
{
    /// <summary>More failures of one request than any server has to tell of: each piece of a read may fail.</summary>
    private const int MaxFailures = 4096;

    private readonly TaskCompletionSource<NbdAnswer> _answer = new(continuation);
    private NbdAnswer _result;
    private int _failures;

    public NbdRequestHeader Header { get; } = header;

    public Memory<byte> Destination { get; } = destination;

    /// <summary>Which of them are there.</summary>
    public ReadCoverage Coverage { get; } = new(destination.Length);

    /// <summary>The extents that came; null: none yet.</summary>
    public IReadOnlyList<BlockExtent>? Extents { get; set; }

    /// <summary>The answer, or <see cref="NbdDisconnectedException"/>.</summary>
    public Task<NbdAnswer> Answer => _answer.Task;

    /// <summary>Remembers a failure; the first one counts.</summary>
    /// <exception cref="NbdProtocolException">There were too many, and still no end.</exception>
    public void Fail(NbdError error, string reason)
    {
        if (++_failures > MaxFailures)
        {
            throw new NbdProtocolException("the server tells of failures of one request without end");
        }

        if (_result.Error == NbdError.None)
        {
            _result = new NbdAnswer(error == NbdError.None ? NbdError.Io : error, reason, []);
        }
    }

    /// <summary>The server says that this was all.</summary>
    /// <exception cref="NbdProtocolException">It was not.</exception>
    public void DemandAll()
    {
        if (_result.Error == NbdError.None)
        {
            if (Header.Command == NbdCommand.Read && !Coverage.IsWhole)
            {
                throw new NbdProtocolException("the server ended a read without all of its bytes");
            }

            if (Header.Command == NbdCommand.BlockStatus && Extents is null)
            {
                throw new NbdProtocolException("the server ended a block status without an extent");
            }
        }
    }

    /// <summary>All of the answer is there.</summary>
    public void End() => _answer.TrySetResult(_result with { Extents = Extents ?? [] });

    /// <summary>There will be no answer.</summary>
    public void Lose(NbdDisconnectedException loss) => _answer.TrySetException(loss);
}
