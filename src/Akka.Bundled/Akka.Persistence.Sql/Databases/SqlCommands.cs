using System.Data.Common;

namespace Akka.Persistence.Sql.Databases;

/// <summary>What ADO.NET takes three lines for.</summary>
internal static class SqlCommands
{
    /// <summary>Adds a parameter.</summary>
    public static void Add(this DbCommand command, string name, object value)
    {
        var parameter = command.CreateParameter();
        parameter.ParameterName = name;
        parameter.Value = value;
        command.Parameters.Add(parameter);
    }

    /// <summary>Reads the first column of every row.</summary>
    public static HashSet<string> ReadNames(this DbCommand command)
    {
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            names.Add(reader.GetString(0));
        }

        return names;
    }

    /// <summary>Runs a statement within a transaction.</summary>
    public static void Run(
        this DbTransaction transaction, string statement, params ReadOnlySpan<(string Name, object Value)> values)
    {
        using var command = transaction.Connection!.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = statement;
        foreach (var (name, value) in values)
        {
            command.Add(name, value);
        }

        command.ExecuteNonQuery();
    }
}
