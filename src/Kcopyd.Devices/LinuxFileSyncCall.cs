using Microsoft.Win32.SafeHandles;

namespace Kcopyd.Devices;

/// <summary>fdatasync, or fsync where metadata matter too. Returns 0 or the error number.</summary>
internal delegate int LinuxFileSyncCall(SafeFileHandle file, bool withMetadata);
