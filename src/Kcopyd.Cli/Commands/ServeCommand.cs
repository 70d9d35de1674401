using System.CommandLine;
using Kcopyd.Cli.Requests;

namespace Kcopyd.Cli.Commands;

/// <summary><c>kcopyd serve [TABLES]</c>.</summary>
internal static class ServeCommand
{
    internal const string Name = "serve";

    internal static Command Create(ProgramRuns runs)
    {
        var tables = new Argument<string?>("TABLES")
        {
            Description = "A file of lines NAME: TABLE, as dmsetup table prints them: linear, mirror, snapshot-origin, "
                + "snapshot and snapshot-merge. A device of the file is called /dev/mapper/NAME in other lines.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var repeated = new RepeatedOptions();
        var options = new TransferOptions();
        var command = new Command(
            Name,
            "Serves devices to NBD clients: files and block devices as they are, and what tables of device-mapper "
            + "describe. SIGHUP has it read the tables again, SIGTERM ends it. Mirrors that are out of sync and "
            + "snapshots that are merged go on where they were, and so do jobs of a --journal that nobody runs.")
        {
            tables,
        };
        repeated.AddTo(
            command, ServeOptionText.Export, ServeOptionText.ReadOnly, ServeOptionText.Listen, ServeOptionText.Socket);
        options.AddTo(
            command,
            ServeOptionText.Certificate,
            ServeOptionText.Key,
            ServeOptionText.TlsOptional,
            ServeOptionText.AllowPlain,
            ServeOptionText.MaxConnections,
            ServeOptionText.IdleTimeout,
            ServeOptionText.Control,
            ServeOptionText.Journal,
            ServeOptionText.NoJournal);
        command.SetAction((parsed, _) => runs.Serve(ServeRequestReader.Read(
            new ServeText
            {
                Tables = parsed.GetValue(tables),
                Exports = repeated.Values(parsed, ServeOptionText.Export),
                ReadOnly = repeated.Values(parsed, ServeOptionText.ReadOnly),
                Listen = repeated.Values(parsed, ServeOptionText.Listen),
                Sockets = repeated.Values(parsed, ServeOptionText.Socket),
                Certificate = options.Value(parsed, ServeOptionText.Certificate),
                Key = options.Value(parsed, ServeOptionText.Key),
                TlsOptional = options.IsGiven(parsed, ServeOptionText.TlsOptional),
                AllowPlain = options.IsGiven(parsed, ServeOptionText.AllowPlain),
                MaxConnections = options.Value(parsed, ServeOptionText.MaxConnections),
                IdleTimeout = options.Value(parsed, ServeOptionText.IdleTimeout),
                Control = options.Value(parsed, ServeOptionText.Control),
                Journaling = options.ReadJournal(parsed),
            },
            ControlPlace.Here)));
        return command;
    }
}
