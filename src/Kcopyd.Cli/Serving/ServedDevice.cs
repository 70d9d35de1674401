using Kcopyd.Cli.Reporting;
using Kcopyd.Devices;

namespace Kcopyd.Cli.Serving;

/// <summary>A device that runs under a name.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Device">It; whoever runs it disposes it.</param>
/// <param name="ReportAsync">How it is.</param>
internal sealed record ServedDevice(
    string Name, IBlockDevice Device, Func<CancellationToken, Task<ServedDeviceReport>> ReportAsync);
