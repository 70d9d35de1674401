using System.CommandLine;

namespace Kcopyd.Cli.Commands;

/// <summary>The arguments that commands share.</summary>
internal static class ProgramArguments
{
    internal static Argument<string> Source() => new("SOURCE")
    {
        Description = "What is read: the path of a file or block device, or an export of an NBD server, "
            + "nbd://HOST[:PORT]/EXPORT or nbd+unix:///EXPORT?socket=PATH (with TLS: nbds).",
    };

    internal static Argument<string[]> Targets(string verb = "written") => new("TARGET")
    {
        Description = $"What is {verb}: up to 64 paths of files or block devices, or exports of NBD servers.",
        Arity = ArgumentArity.OneOrMore,
    };

    internal static Argument<string[]> Jobs(string description, ArgumentArity arity) => new("JOB")
    {
        Description = description,
        Arity = arity,
    };
}
