namespace Kcopyd.House.Tests;

public sealed class LogEventTests
{
    [Fact]
    public void Ids_of_log_events_are_unique_and_in_their_familys_range() =>
        Findings.None(LogEventRules.Check(Repository.CodeUnder("src")));

    [Theory]
    [InlineData("class CopyLog { [LoggerMessage(1001)] void A(); [LoggerMessage(EventId = 1002)] void B(); }", 0)]
    [InlineData("class CopyLog { [LoggerMessage(1001)] void A(); [LoggerMessage(1001)] void B(); }", 1)]
    [InlineData("class CopyLog { [LoggerMessage(1001)] void A(); [LoggerMessage(1101)] void B(); }", 1)]
    [InlineData("class ALog { [LoggerMessage(1001)] void A(); } class BLog { [LoggerMessage(1002)] void B(); }", 1)]
    [InlineData("class CopyLog { [LoggerMessage(L, \"a\")] void A(); }", 1)]
    [InlineData("class Copy { [LoggerMessage(1001)] void A(); }", 1)]
    public void Event_against_the_catalogue_is_found(string text, int findings) =>
        Assert.Equal(findings, LogEventRules.Check([CSharpFile.Parse("src/A.cs", text)]).Count());
}
