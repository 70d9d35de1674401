namespace Kcopyd.Cli.Commands;

/// <summary>The options of commands about snapshots that others have with another meaning, or not at all.</summary>
internal static class SnapshotOptionText
{
    internal static readonly OptionText Table = new(
        "--table",
        "LINE",
        "The snapshot as device-mapper has it, in sectors: \"0 LENGTH snapshot ORIGIN COW P|PO CHUNK\", "
        + "or snapshot-merge; devices are paths, URIs (file:///a%20b has a space) "
        + "or MAJOR:MINOR; - reads the line from standard input");

    internal static readonly OptionText Size = new(
        "--size",
        "SIZE",
        "Create a missing COW file with so many bytes; it takes room as it fills. "
        + "Default: a missing COW device is refused");

    internal static readonly OptionText Force = new(
        "--force", null, "Make the store although something stands on the COW device, an older store among that");

    internal static readonly OptionText Areas = new(
        "--areas", null, "List every area of the store with its entries, and where their chunks are");
}
