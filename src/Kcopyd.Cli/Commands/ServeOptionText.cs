namespace Kcopyd.Cli.Commands;

/// <summary>The options of servers, as the help shows them.</summary>
internal static class ServeOptionText
{
    internal static readonly OptionText Export = new(
        "--export",
        "NAME=DEVICE",
        "Serve a device as it is: a file, a block device, or anything that copy takes. May be repeated");

    internal static readonly OptionText ReadOnly = new(
        "--read-only", "NAME", "Refuse writes to a device, and do not open for writing what nobody else writes. May be "
        + "repeated");

    internal static readonly OptionText Listen = new(
        "--listen",
        "ADDRESS[:PORT]",
        "Where clients connect; may be repeated. Default: 127.0.0.1:10809, unless --socket is given. An address that "
        + "other machines reach needs --tls-certificate or --allow-plain");

    internal static readonly OptionText Socket = new(
        "--socket", "PATH", "A Unix socket where clients connect. May be repeated");

    internal static readonly OptionText Certificate = new(
        "--tls-certificate", "FILE", "The server's certificate, in PEM: clients have to use TLS");

    internal static readonly OptionText Key = new(
        "--tls-key", "FILE", "Its key, in PEM. Default: it is in the same file");

    internal static readonly OptionText TlsOptional = new(
        "--tls-optional", null, "Let clients do without TLS although there is a certificate");

    internal static readonly OptionText AllowPlain = new(
        "--allow-plain", null, "Listen for other machines without TLS: whoever reaches the port reads and writes");

    internal static readonly OptionText MaxConnections = new(
        "--max-connections", "COUNT", "Connections at a time, 1 to 65536; more are closed. Default: 256");

    internal static readonly OptionText IdleTimeout = new(
        "--idle-timeout", "DURATION", "Close a connection after so long without a request, up to 24h. Default: never");

    internal static readonly OptionText Control = new(
        "--control",
        "PATH",
        "The Unix socket for kcopyd status. Default: /run/kcopyd/control for root, else kcopyd/control in "
        + "$XDG_RUNTIME_DIR");

    internal static readonly OptionText Journal = new(
        "--journal",
        "WHERE",
        "The journal, of which jobs that nobody runs go on, failed ones too, whatever was written to their targets "
        + "since: the path of a SQLite file, or a PostgreSQL database as Host=...;... or postgresql://... Default: "
        + "$KCOPYD_JOURNAL, else kcopyd/journal.db in the XDG state directory, whose jobs are shown and left alone");

    internal static readonly OptionText NoJournal = new(
        "--no-journal", null, "Open no journal: show no jobs, and serve no mirrors whose log is in it");

    internal static readonly OptionText ShowTable = new(
        "--show-table", null, "Print the tables instead, as dmsetup table does");
}
