using System.Buffers.Text;
using System.Globalization;
using Microsoft.Win32.SafeHandles;

namespace Kcopyd.Benchmarks.Processes;

/// <summary>The most memory that a running process had resident, as the kernel keeps it (<c>VmHWM</c>).</summary>
/// <remarks>
/// Asked while the process runs: its memory is gone before it can be waited for, and <c>ru_maxrss</c> of a child begins
/// at the size of the process that started it. The kernel's number never falls, so only growth after the last question
/// is missed.
/// </remarks>
internal sealed class ResidentPeak : IDisposable
{
    private readonly SafeFileHandle? _status;
    private readonly byte[] _text = new byte[4096];

    /// <summary>Begins; a process that is over already has no peak.</summary>
    public ResidentPeak(int processId)
    {
        try
        {
            _status = File.OpenHandle($"/proc/{processId.ToString(CultureInfo.InvariantCulture)}/status");
        }
        catch (IOException)
        {
            _status = null;
        }
    }

    /// <summary>The peak so far.</summary>
    public long Bytes { get; private set; }

    /// <summary>Asks the kernel once more.</summary>
    public void Update()
    {
        if (_status is null)
        {
            return;
        }

        try
        {
            var text = _text.AsSpan(0, RandomAccess.Read(_status, _text, 0));
            var line = text.IndexOf("VmHWM:"u8);
            if (line >= 0)
            {
                var number = text[(line + "VmHWM:"u8.Length)..].TrimStart(" \t"u8);
                Bytes = Utf8Parser.TryParse(number, out long kibibytes, out _) ? kibibytes * 1024 : Bytes;
            }
        }
        catch (IOException)
        {
            // The process ended between two questions.
        }
    }

    public void Dispose() => _status?.Dispose();
}
