using System.Collections.Immutable;
using Kcopyd.Core.Mirrors;

namespace Kcopyd.Core.Tests.Mirrors;

public sealed class MirrorStatusTests
{
    private static readonly MirrorLogStatus Core = new(MirrorLogKind.Core, null, LogHealth.Alive);

    [Fact]
    public void M25_status_of_a_disk_log_is_the_documented_line() =>
        Assert.Equal(
            "2 253:1 253:2 80/81 1 AD 3 disk 253:0 A",
            new MirrorStatus(
                Legs(LegHealth.Alive, LegHealth.Write),
                80,
                81,
                new MirrorLogStatus(MirrorLogKind.Disk, "253:0", LogHealth.Alive)).ToString());

    [Fact]
    public void M25_status_of_a_core_log_is_the_documented_line() =>
        Assert.Equal(
            "4 253:1 253:2 253:3 253:4 10/10 1 ADFF 1 core",
            new MirrorStatus(
                Legs(LegHealth.Alive, LegHealth.Write, LegHealth.Flush, LegHealth.Flush), 10, 10, Core).ToString());

    [Fact]
    public void M25_status_line_begins_with_where_the_mirror_is() =>
        Assert.Equal(
            "0 8192 mirror 2 253:1 253:2 8/8 1 AA 1 core",
            new MirrorStatus(Legs(LegHealth.Alive, LegHealth.Alive), 8, 8, Core)
                .ToStatusLine(MirrorTable.Parse("0 8192 mirror core 1 1024 2 a 0 b 0")));

    [Theory]
    [InlineData(MirrorLogKind.Disk, LogHealth.Alive, "3 disk log A")]
    [InlineData(MirrorLogKind.Disk, LogHealth.Failed, "3 disk log D")]
    [InlineData(MirrorLogKind.Disk, LogHealth.FlushFailed, "3 disk log F")]
    [InlineData(MirrorLogKind.Journal, LogHealth.Alive, "3 journal log A")]
    [InlineData(MirrorLogKind.Journal, LogHealth.Failed, "3 journal log D")]
    [InlineData(MirrorLogKind.Journal, LogHealth.FlushFailed, "3 journal log D")]
    [InlineData(MirrorLogKind.Core, LogHealth.FlushFailed, "1 core")]
    public void M25_log_has_its_letter(MirrorLogKind kind, LogHealth health, string text) =>
        Assert.Equal(text, new MirrorLogStatus(kind, "log", health).ToString());

    [Theory]
    [InlineData(LegErrors.None, 'A')]
    [InlineData(LegErrors.Write, 'D')]
    [InlineData(LegErrors.Flush, 'F')]
    [InlineData(LegErrors.Sync, 'S')]
    [InlineData(LegErrors.Read, 'R')]
    [InlineData(LegErrors.Write | LegErrors.Flush | LegErrors.Sync | LegErrors.Read, 'F')]
    [InlineData(LegErrors.Write | LegErrors.Sync | LegErrors.Read, 'D')]
    [InlineData(LegErrors.Sync | LegErrors.Read, 'S')]
    [InlineData((LegErrors)16, 'U')]
    public void M25_leg_has_the_letter_of_its_worst_error(LegErrors errors, char letter) =>
        Assert.Equal(letter, LegHealth.FromErrors(errors).Letter);

    [Fact]
    public void Statuses_of_the_same_legs_are_equal()
    {
        var status = new MirrorStatus(Legs(LegHealth.Alive, LegHealth.Read), 1, 8, Core);

        Assert.Equal(status, new MirrorStatus(Legs(LegHealth.Alive, LegHealth.Read), 1, 8, Core));
        Assert.NotEqual(status, status with { Legs = Legs(LegHealth.Alive, LegHealth.Alive) });
    }

    private static ImmutableArray<MirrorLegStatus> Legs(params LegHealth[] health) =>
        [.. health.Select((leg, i) => new MirrorLegStatus($"253:{i + 1}", leg))];
}
