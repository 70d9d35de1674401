using System.Data.Common;

namespace Akka.Bundled.Tests.Sql;

/// <summary>A database of a test's own.</summary>
public abstract class SqlStore : IAsyncDisposable
{
    protected SqlStore(string providerName, string connectionString)
    {
        ProviderName = providerName;
        ConnectionString = connectionString;
    }

    public string ProviderName { get; }

    public string ConnectionString { get; }

    /// <summary>Opens a connection beside those of the journal.</summary>
    public abstract DbConnection Open();

    /// <summary>A statement that makes every write wait until its transaction ends.</summary>
    public abstract string LockStatement { get; }

    /// <summary>The published tables as the published plug-in makes them.</summary>
    public abstract string PublishedTables { get; }

    /// <summary>Runs a statement.</summary>
    public void Execute(string statement)
    {
        using var connection = Open();
        using var command = connection.CreateCommand();
        command.CommandText = statement;
        command.ExecuteNonQuery();
    }

    /// <summary>Reads rows, each as its values joined by bars.</summary>
    public IReadOnlyList<string> Query(string statement)
    {
        using var connection = Open();
        using var command = connection.CreateCommand();
        command.CommandText = statement;
        using var reader = command.ExecuteReader();
        List<string> rows = [];
        while (reader.Read())
        {
            rows.Add(string.Join('|', Enumerable.Range(0, reader.FieldCount).Select(i => Text(reader.GetValue(i)))));
        }

        return rows;
    }

    public abstract ValueTask DisposeAsync();

    private static string Text(object value) => value switch
    {
        byte[] bytes => Convert.ToHexString(bytes),
        bool flag => flag ? "1" : "0",
        _ => $"{value}",
    };
}
