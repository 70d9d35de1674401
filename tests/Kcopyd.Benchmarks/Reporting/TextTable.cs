using System.Text;

namespace Kcopyd.Benchmarks.Reporting;

/// <summary>Columns as wide as they need to be: the first to the left, the others to the right.</summary>
internal sealed class TextTable(params IReadOnlyList<string> headings)
{
    private readonly List<IReadOnlyList<string>> _rows = [headings];

    /// <summary>Adds a row of as many cells as there are headings.</summary>
    public void Add(params IReadOnlyList<string> cells) => _rows.Add(cells);

    /// <inheritdoc/>
    public override string ToString()
    {
        var widths = headings.Select((_, column) => _rows.Max(row => row[column].Length)).ToArray();
        var text = new StringBuilder();
        foreach (var row in _rows)
        {
            var line = row.Select((cell, column) =>
                column == 0 ? cell.PadRight(widths[column]) : cell.PadLeft(widths[column]));
            text.Append("  ").AppendLine(string.Join("  ", line).TrimEnd());
        }

        return text.ToString();
    }
}
