using Kcopyd.Devices;
using Kcopyd.Nbd.Protocol;

namespace Kcopyd.Nbd.Serving;

/// <summary>Which requests an export takes, and how what a device says is said to clients. Pure.</summary>
internal static class RequestRules
{
    /// <summary>Why a request is refused; <see cref="NbdError.None"/> where it is not.</summary>
    public static NbdError Check(NbdRequestHeader request, ServedExport export, bool hasContext)
    {
        if (!KnownFlags(request.Command, request.Flags))
        {
            return NbdError.Invalid;
        }

        return request.Command switch
        {
            NbdCommand.Flush => request is { Offset: 0, Length: 0 } ? NbdError.None : NbdError.Invalid,
            NbdCommand.Read => CheckRange(request, export, NbdError.Invalid),
            NbdCommand.BlockStatus => hasContext
                ? CheckRange(request, export, NbdError.Invalid)
                : NbdError.Invalid,
            NbdCommand.Write or NbdCommand.WriteZeroes or NbdCommand.Trim => export.IsReadOnly
                ? NbdError.NotPermitted
                : CheckRange(request, export, NbdError.NoSpace),
            _ => NbdError.Invalid,
        };
    }

    /// <summary>What is said of a device's failure.</summary>
    public static NbdError Of(Exception failure) => failure switch
    {
        DeviceException { Kind: DeviceErrorKind.NoSpace } => NbdError.NoSpace,
        DeviceException { Kind: DeviceErrorKind.ReadOnly or DeviceErrorKind.AccessDenied } => NbdError.NotPermitted,
        DeviceException { Kind: DeviceErrorKind.InvalidRequest } => NbdError.Invalid,
        DeviceException { Kind: DeviceErrorKind.NotSupported } => NbdError.NotSupported,
        DeviceException { Kind: DeviceErrorKind.Closed } => NbdError.Shutdown,
        ObjectDisposedException or OperationCanceledException => NbdError.Shutdown,
        _ => NbdError.Io,
    };

    /// <summary>Whether a failure is the device's, and neither the request's nor that of a device that is being closed.
    /// </summary>
    public static bool IsOfDevice(Exception failure) =>
        Of(failure) is NbdError.Io or NbdError.NoSpace or NbdError.NotPermitted;

    /// <summary>What is said of a part of a device.</summary>
    public static NbdExtentFlags Of(BlockStatus status) => status switch
    {
        BlockStatus.Hole => NbdExtentFlags.Hole | NbdExtentFlags.Zero,
        BlockStatus.Zero => NbdExtentFlags.Zero,
        _ => NbdExtentFlags.None,
    };

    private static bool KnownFlags(NbdCommand command, NbdCommandFlags flags)
    {
        var known = command switch
        {
            NbdCommand.Read => NbdCommandFlags.DontFragment,
            NbdCommand.WriteZeroes => NbdCommandFlags.Fua | NbdCommandFlags.NoHole,
            NbdCommand.BlockStatus => NbdCommandFlags.RequestOne,
            _ => NbdCommandFlags.None,
        };

        // The specification lets clients set FUA on any command of an export that knows it.
        return (flags & ~(known | NbdCommandFlags.Fua)) == 0;
    }

    private static NbdError CheckRange(NbdRequestHeader request, ServedExport export, NbdError beyond)
    {
        var length = (ulong)export.Size.LengthBytes;
        var end = request.Offset + request.Length;
        if (request.Offset > length || end < request.Offset || end > length)
        {
            return beyond;
        }

        var isCut = request.Offset % export.Sizes.Minimum != 0
            || (end % export.Sizes.Minimum != 0 && end != length);
        return request.Length == 0 || (isCut && request.Command != NbdCommand.BlockStatus)
            ? NbdError.Invalid
            : NbdError.None;
    }
}
