using Microsoft.Win32.SafeHandles;

namespace Kcopyd.Devices;

/// <summary>Closes a copy of the handle; the file stays open. Returns 0 or the error number.</summary>
internal delegate int LinuxFileCloseCall(SafeFileHandle file);
