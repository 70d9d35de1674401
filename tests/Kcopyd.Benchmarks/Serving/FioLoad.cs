using System.Globalization;
using System.Text.Json;
using Kcopyd.Benchmarks.Processes;

namespace Kcopyd.Benchmarks.Serving;

/// <summary>Requests that fio's nbd engine sends on one connection.</summary>
/// <param name="Mode">As fio has it: <c>read</c>, <c>randwrite</c>.</param>
/// <param name="BlockBytes">Bytes in a request.</param>
/// <param name="Depth">Requests under way.</param>
internal sealed record FioLoad(string Mode, int BlockBytes, int Depth)
{
    /// <summary>As a title has it.</summary>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Mode}, {BlockBytes >> 10} KiB, {Depth} under way");

    /// <summary>Sends them for a time.</summary>
    /// <param name="uri">Where.</param>
    /// <param name="seconds">For how long.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>Requests a second.</returns>
    public double Run(string uri, int seconds, CancellationToken cancellationToken)
    {
        var command = new Command(
            ProgramSearch.Find("fio")!,
            "--name=load",
            "--ioengine=nbd",
            $"--uri={uri}",
            $"--rw={Mode}",
            $"--bs={BlockBytes}",
            $"--iodepth={Depth}",
            "--time_based",
            $"--runtime={seconds}",
            "--output-format=json");
        ProcessRunner.Run(command, out var output, cancellationToken);

        // What the engine says of the connection comes before the document.
        using var report = JsonDocument.Parse(output[output.IndexOf('{', StringComparison.Ordinal)..]);
        var job = report.RootElement.GetProperty("jobs")[0];
        return job.GetProperty("read").GetProperty("iops").GetDouble()
            + job.GetProperty("write").GetProperty("iops").GetDouble();
    }
}
