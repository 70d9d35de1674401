using System.Text.Json;
using Kcopyd.Cli.Reporting;

namespace Kcopyd.Cli.Tests.Reporting;

public sealed class ServeReportTests
{
    [Theory]
    [InlineData(0, 8, "0 of 8 regions (0 %)")]
    [InlineData(1, 8, "1 of 8 regions (12.5 %)")]
    [InlineData(9999, 10000, "9999 of 10000 regions (99.9 %)")]
    [InlineData(8, 8, "8 of 8 regions (100 %)")]
    [InlineData(0, 0, "0 of 0 regions (0 %)")]
    public void Work_is_never_called_done_before_it_is(long done, long total, string text) =>
        Assert.Equal(text, ServeReportText.Words(new ServedWorkReport("recovery", done, total, "regions")));

    [Fact]
    public void A_report_comes_back_as_it_was_sent()
    {
        var sent = new ServeReport(7, DateTimeOffset.UnixEpoch)
        {
            Addresses = ["nbd://127.0.0.1:10809/"],
            Devices = [new ServedDeviceReport("m", ["0 8 linear /a 0"], ["0 8 linear"])
            {
                Exported = true,
                Problems = ["bad"],
                Work = new ServedWorkReport("merge", 1, 2, "chunks"),
            }],
            Jobs = [],
            Clients = [new ServedClientReport("peer", null) { BytesRead = 9 }],
            Problems = ["worse"],
        };

        var report = ServeReport.Parse(sent.Serialize());

        Assert.Equal(sent.Serialize(), report.Serialize());
        Assert.Equal("chunks", report.Devices[0].Work?.Unit);
        Assert.Equal(9, report.Clients[0].BytesRead);
    }

    [Fact]
    public void What_has_no_meaning_in_json_stands_as_it_is()
    {
        var report = new ServeReport(7, DateTimeOffset.UnixEpoch)
        {
            Addresses = ["nbd+unix:///é?socket=/run/k&c"],
            Devices = [],
            Jobs = [],
            Clients = [],
            Problems = ["'a' is not \"b\"\u001b"],
        };

        var document = report.Serialize();

        Assert.Contains("\"nbd+unix:///é?socket=/run/k&c\"", document, StringComparison.Ordinal);
        Assert.Contains("\"1970-01-01T00:00:00+00:00\"", document, StringComparison.Ordinal);
        Assert.Contains("\"'a' is not \\\"b\\\"\\u001B\"", document, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("220 smtp ready")]
    public void What_another_program_says_is_none(string document) =>
        Assert.ThrowsAny<JsonException>(() => ServeReport.Parse(document));
}
