namespace Akka.Bundled.Writer;

/// <summary>Writes to several streams at once until it is killed, and says on standard output what is confirmed.
/// </summary>
internal static class WritingLoop
{
    /// <summary>Runs it.</summary>
    /// <param name="providerName">Which kind of database.</param>
    /// <param name="connectionString">Which database.</param>
    /// <param name="streams">How many streams, s1 and so on.</param>
    /// <returns>Not before a write fails.</returns>
    public static async Task<int> RunAsync(string providerName, string connectionString, int streams)
    {
        await using var system = StoreSystem.Start(providerName, connectionString);
        await Task.WhenAny(Enumerable.Range(1, streams).Select(n => WriteAsync(system, $"s{n}")));
        return 1;
    }

    private static async Task WriteAsync(StoreSystem system, string id)
    {
        for (var number = 1L; ; number += 2)
        {
            await system.WriteAllAsync(id, number, $"{id} {number}", $"{id} {number + 1}");

            // One line in one call: a kill cuts between lines.
            Console.Out.Write($"{id} {number + 1}\n");
            Console.Out.Flush();
        }
    }
}
