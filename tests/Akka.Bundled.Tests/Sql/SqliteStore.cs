using System.Data.Common;
using Kcopyd.Tests.Shared;
using Microsoft.Data.Sqlite;

namespace Akka.Bundled.Tests.Sql;

/// <summary>A file in a directory of its own.</summary>
public sealed class SqliteStore : SqlStore
{
    private readonly TempDirectory? _directory;

    private SqliteStore(string file, TempDirectory? directory)
        : base("SQLite.MS", $"Data Source={file};Default Timeout=2")
    {
        _directory = directory;
        File = file;
    }

    public string File { get; }

    public override string LockStatement => "BEGIN IMMEDIATE";

    public override string PublishedTables => PublishedSchema.Sqlite;

    public static SqliteStore Create()
    {
        var directory = new TempDirectory();
        return new SqliteStore(directory["journal.db"], directory);
    }

    /// <summary>A file in a directory that somebody else removes.</summary>
    public static SqliteStore At(string file) => new(file, null);

    public override DbConnection Open()
    {
        var connection = new SqliteConnection($"{ConnectionString};Pooling=False");
        connection.Open();
        return connection;
    }

    /// <summary>How many transactions the log holds: each ends with a frame that says how large the file is then.
    /// </summary>
    public int CountCommits()
    {
        const int header = 32;
        const int frameHeader = 24;
        const int pageSizeAt = 8;
        using var log = new FileStream(
            $"{File}-wal", FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var bytes = new byte[log.Length];
        log.ReadExactly(bytes);
        var frame = frameHeader + (int)System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(
            bytes.AsSpan(pageSizeAt));
        var commits = 0;
        for (var at = header; at + frame <= bytes.Length; at += frame)
        {
            var size = System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(at + 4));
            commits += size == 0 ? 0 : 1;
        }

        return commits;
    }

    public override ValueTask DisposeAsync()
    {
        _directory?.Dispose();
        return ValueTask.CompletedTask;
    }
}
