namespace Kcopyd.Interop.Tests.Kernel;

/// <summary>How the script of a <see cref="KernelVm"/> ended.</summary>
/// <param name="ExitStatus">The script's.</param>
/// <param name="Lines">What it printed, both streams.</param>
internal sealed record KernelVmResult(int ExitStatus, IReadOnlyList<string> Lines);
