using System.Text;

namespace Kcopyd.Cli.Reporting;

/// <summary>A standard output that who started the program has closed: nothing can be written to it.</summary>
/// <remarks>Its number may be that of something that the runtime opened for itself, which must not be written.
/// </remarks>
internal sealed class ClosedOutput : TextWriter
{
    internal static readonly ClosedOutput Instance = new();

    private ClosedOutput()
    {
    }

    public override Encoding Encoding => Encoding.UTF8;

    public override void Write(char value) => throw new IOException("standard output is closed");
}
