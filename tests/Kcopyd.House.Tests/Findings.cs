namespace Kcopyd.House.Tests;

/// <summary>What a rule found: nothing, or a line each that says where, what, and what to do instead.</summary>
internal static class Findings
{
    public static void None(IEnumerable<string> findings)
    {
        var all = findings.ToList();
        Assert.True(all.Count == 0, $"{all.Count} found:{Environment.NewLine}{string.Join(Environment.NewLine, all)}");
    }
}
