using Kcopyd.Cli.Requests;

namespace Kcopyd.Cli.Commands;

/// <summary>Does what a command was given.</summary>
/// <returns>The exit code.</returns>
internal delegate Task<int> RunTransfer(TransferRequest request);
