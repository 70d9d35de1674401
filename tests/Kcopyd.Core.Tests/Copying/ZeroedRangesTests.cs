using System.Collections.Immutable;
using Kcopyd.Core.Copying;

namespace Kcopyd.Core.Tests.Copying;

public sealed class ZeroedRangesTests
{
    [Fact]
    public void A_list_holds_every_sector_once_and_no_range_touches_another_of_its_error() =>
        Seeded.Run(300, (_, random) =>
        {
            var list = ImmutableList<CopyFailure>.Empty;
            var model = new Dictionary<int, ExtentSet> { [5] = new(), [61] = new() };
            for (var step = random.Next(30); step > 0; step--)
            {
                var range = SectorRange.Create(random.Next(60), random.Next(1, 6));
                var errno = random.Next(2) == 0 ? 5 : 61;
                list = ZeroedRanges.Join(list, Failure(range, errno));
                model[errno].Add(range);
            }

            foreach (var (errno, expected) in model)
            {
                var ranges = list.Where(failure => failure.Errno == errno).Select(failure => failure.Range);
                Assert.Equal(expected, ranges.Order());
            }
        });

    [Fact]
    public void A_range_between_two_makes_them_one_with_the_words_of_the_first()
    {
        ImmutableList<CopyFailure> list =
        [
            Failure(SectorRange.Create(0, 8), 5) with { Reason = "First." },
            Failure(SectorRange.Create(100, 8), 5),
            Failure(SectorRange.Create(16, 8), 5),
        ];

        var joined = ZeroedRanges.Join(list, Failure(SectorRange.Create(8, 8), 5));

        Assert.Equal(2, joined.Count);
        Assert.Equal((SectorRange.Create(0, 24), "First."), (joined[1].Range, joined[1].Reason));
    }

    private static CopyFailure Failure(SectorRange range, int errno) =>
        new(CopyFailureKind.Read, null, range, errno, false, "It failed.");
}
