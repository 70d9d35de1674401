using System.Runtime.InteropServices;

namespace Kcopyd.Devices;

/// <summary>Error numbers of the system: their names, their meaning for decisions, their text for people.</summary>
internal static class SystemErrors
{
    internal const int NotPermitted = 1;
    internal const int NoEntry = 2;
    internal const int Interrupted = 4;
    internal const int InputOutput = 5;
    internal const int NoSuchDeviceOrAddress = 6;
    internal const int BadHandle = 9;
    internal const int Again = 11;
    internal const int NoMemory = 12;
    internal const int Access = 13;
    internal const int Busy = 16;
    internal const int Exists = 17;
    internal const int NoDevice = 19;
    internal const int NotADirectory = 20;
    internal const int IsADirectory = 21;
    internal const int Invalid = 22;
    internal const int TableFull = 23;
    internal const int TooManyOpen = 24;
    internal const int NotATypewriter = 25;
    internal const int TextBusy = 26;
    internal const int TooBig = 27;
    internal const int NoSpace = 28;
    internal const int ReadOnlyFileSystem = 30;
    internal const int NameTooLong = 36;
    internal const int NoSystemCall = 38;
    internal const int TooManyLinks = 40;
    internal const int NotSupported = 95;
    internal const int NoBuffers = 105;
    internal const int TimedOut = 110;
    internal const int Quota = 122;
    internal const int NoMedium = 123;

    /// <summary>Builds the exception for a failed call.</summary>
    internal static DeviceException Failure(string device, DeviceOperation operation, int errno, long? offset) =>
        Failure(device, operation, errno, offset, Text(errno));

    /// <summary>Builds the exception for a failed call, with a reason better than the system's.</summary>
    internal static DeviceException Failure(
        string device, DeviceOperation operation, int errno, long? offset, string reason) =>
        new(device, operation, Kind(errno, operation), reason)
        {
            Errno = errno,
            Offset = offset,
            IsTransient = IsTransient(errno),
        };

    /// <summary>Builds the exception for a file that ended before its length.</summary>
    internal static DeviceException MadeShorter(
        string device, DeviceOperation operation, long offset, long lengthBytes) => Failure(
        device,
        operation,
        InputOutput,
        offset,
        $"it ends here, not at byte {lengthBytes}: it was made shorter while it was open");

    /// <summary>The system's own text, as the end of a sentence.</summary>
    internal static string Text(int errno)
    {
        if (!OperatingSystem.IsLinux())
        {
            // Numbers here are Linux numbers everywhere; another system's text for them would be about something else.
            return PortableText(errno);
        }

        var text = Marshal.GetPInvokeErrorMessage(errno);
        return text.Length > 1 && char.IsLower(text[1]) ? $"{char.ToLowerInvariant(text[0])}{text[1..]}" : text;
    }

    /// <summary>Whether a command failed because there is no such command, so that plain writes must do.</summary>
    internal static bool MeansUnsupported(int errno) =>
        errno is NotSupported or NoSystemCall or NotATypewriter or Invalid or NoDevice;

    /// <summary>Whether the same call may succeed later without anything being repaired.</summary>
    internal static bool IsTransient(int errno) => errno
        is Again or Interrupted or TimedOut or NoMemory or Busy or NoBuffers or TooManyOpen or TableFull;

    private static DeviceErrorKind Kind(int errno, DeviceOperation operation) => errno switch
    {
        NoSpace or Quota or TooBig => DeviceErrorKind.NoSpace,
        Access or NotPermitted => DeviceErrorKind.AccessDenied,
        ReadOnlyFileSystem => DeviceErrorKind.ReadOnly,
        Busy or TextBusy => DeviceErrorKind.Busy,
        Again when operation is DeviceOperation.Open => DeviceErrorKind.Busy,
        NoEntry or NotADirectory or NoSuchDeviceOrAddress or NoDevice or NoMedium
            when operation is DeviceOperation.Open => DeviceErrorKind.NotFound,
        IsADirectory or TooManyLinks or NameTooLong => DeviceErrorKind.NotADevice,
        NotSupported or NoSystemCall or NotATypewriter => DeviceErrorKind.NotSupported,
        Invalid => DeviceErrorKind.InvalidRequest,
        _ => DeviceErrorKind.Io,
    };

    private static string PortableText(int errno) => errno switch
    {
        NoEntry => "no such file or directory",
        InputOutput => "input/output error",
        Access => "permission denied",
        Busy => "it is in use",
        Exists => "it exists",
        NoSpace => "no space left on device",
        NotSupported => "not supported here",
        _ => $"error {errno}",
    };
}
