namespace Kcopyd.Cli.Reporting;

/// <summary>Where a command about a mirror or a snapshot is.</summary>
internal interface IWorkProgress
{
    /// <summary>What a bar calls it.</summary>
    string Name { get; }

    /// <summary>How much is done, 0 to 1.</summary>
    double Fraction { get; }

    /// <summary>Amounts, rate and what is left, without the percentage.</summary>
    string Amount { get; }

    /// <summary>All of it as one JSON object.</summary>
    string ToJson();
}
