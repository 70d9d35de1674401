using System.Collections.Immutable;
using Kcopyd.Benchmarks.Files;
using Kcopyd.Benchmarks.Processes;

namespace Kcopyd.Benchmarks.Contests;

/// <summary>Who can do a copy, each with the flags that serve it best and that do the same thing.</summary>
/// <remarks>
/// Targets exist. dd and qemu-img are told to leave them in place, as kcopyd does; cp and nbdcopy cannot be: they cut
/// them off first. A peer copies to several targets one after the other. Only who is installed takes part.
/// </remarks>
internal sealed class Contenders(string program, ImmutableArray<string> programOptions)
{
    /// <summary>What the table calls the program that all others are compared with.</summary>
    public const string Program = "kcopyd";

    /// <summary>The peer whose processor time is the measure of a buffered copy.</summary>
    public const string Dd = "dd";

    private static readonly string[] PeerPrograms = ["dd", "cp", "qemu-img", "nbdcopy"];

    /// <summary>The peers that are not installed.</summary>
    public static ImmutableArray<string> Absent =>
        [.. PeerPrograms.Where(peer => ProgramSearch.Find(peer) is null)];

    /// <summary>The program and every peer that can do the copy.</summary>
    public ImmutableArray<Contender> For(CopyFiles files, CopyMode mode) =>
        [Own(files, mode), .. Peers(files, mode)];

    /// <summary>The program alone.</summary>
    /// <param name="files">What it copies.</param>
    /// <param name="mode">How.</param>
    /// <param name="more">Further options.</param>
    public Contender Own(CopyFiles files, CopyMode mode, params ImmutableArray<string> more)
    {
        ImmutableArray<string> promise = mode switch
        {
            CopyMode.Direct => ["--direct"],
            CopyMode.Flushed => ["--flush"],
            _ => [],
        };
        var words = Copy([.. Words(files), .. promise, .. more]);
        return new Contender(Program, [words]);
    }

    /// <summary>The program as it is without any option: it keeps a journal, and so it flushes.</summary>
    /// <param name="files">What it copies.</param>
    /// <param name="mode">Whether past the page cache.</param>
    /// <param name="journal">A file of its own.</param>
    public Contender Journaled(CopyFiles files, CopyMode mode, string journal)
    {
        ImmutableArray<string> promise = mode == CopyMode.Direct ? ["--direct"] : [];
        var words = new Command(
            program, ["copy", .. Words(files), .. promise, "--journal", journal, "--progress", "none"]);
        return new Contender(Program, [words]);
    }

    /// <summary>A copy by the program with these words, without what a plain copy does not need.</summary>
    public Command Copy(ImmutableArray<string> words) =>
        new(program, ["copy", .. words, "--no-journal", "--progress", "none"]);

    private ImmutableArray<string> Words(CopyFiles files) => [files.Source, .. files.Targets, .. programOptions];

    private static IEnumerable<Contender> Peers(CopyFiles files, CopyMode mode)
    {
        (string Name, ImmutableArray<string>? Words)[] peers =
        [
            (Dd, DdWords(mode)),
            ("cp", mode == CopyMode.Buffered ? [] : null),
            ("qemu-img", QemuWords(mode)),
            ("qemu-img -W", [.. QemuWords(mode), "-W", "-m", "16"]),
            ("nbdcopy", NbdCopyWords(mode)),
        ];
        foreach (var (name, words) in peers)
        {
            if (words is { } arguments && ProgramSearch.Find(name.Split(' ')[0]) is { } path)
            {
                var commands = files.Targets
                    .Select(target => new Command(path, [.. arguments, .. Ends(name, files.Source, target)]));
                yield return new Contender(name, [.. commands]);
            }
        }
    }

    private static ImmutableArray<string> Ends(string name, string source, string target) =>
        name == Dd ? [$"if={source}", $"of={target}"] : [source, target];

    private static ImmutableArray<string> DdWords(CopyMode mode) => mode switch
    {
        CopyMode.Direct => ["bs=1M", "status=none", "conv=notrunc,nocreat", "iflag=direct", "oflag=direct"],
        CopyMode.Flushed => ["bs=1M", "status=none", "conv=notrunc,nocreat,fsync"],
        _ => ["bs=1M", "status=none", "conv=notrunc,nocreat"],
    };

    /// <summary>Its usual cache mode for the target drops flushes; <c>writeback</c> flushes at the end.</summary>
    private static ImmutableArray<string> QemuWords(CopyMode mode) => mode switch
    {
        CopyMode.Direct => ["convert", "-f", "raw", "-O", "raw", "-n", "-t", "none", "-T", "none"],
        CopyMode.Flushed => ["convert", "-f", "raw", "-O", "raw", "-n", "-t", "writeback"],
        _ => ["convert", "-f", "raw", "-O", "raw", "-n"],
    };

    private static ImmutableArray<string>? NbdCopyWords(CopyMode mode) => mode switch
    {
        CopyMode.Direct => null,
        CopyMode.Flushed => ["--flush"],
        _ => [],
    };
}
