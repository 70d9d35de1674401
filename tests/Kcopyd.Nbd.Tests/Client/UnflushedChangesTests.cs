using Kcopyd.Nbd.Client;

namespace Kcopyd.Nbd.Tests.Client;

public sealed class UnflushedChangesTests
{
    private readonly UnflushedChanges _changes = new();

    [Fact]
    public void There_are_none_at_first_and_after_a_flush_that_covers_them()
    {
        Assert.False(_changes.AreThere);
        _changes.Begin();
        Assert.True(_changes.AreThere);
        _changes.End();
        _changes.Flushed(_changes.Now);
        Assert.False(_changes.AreThere);
    }

    [Fact]
    public void Change_that_was_under_way_when_a_flush_began_is_not_covered()
    {
        _changes.Begin();
        var flush = _changes.Now;
        _changes.End();
        _changes.Flushed(flush);
        Assert.True(_changes.AreThere);
    }

    [Fact]
    public void Older_flush_that_ends_later_takes_nothing_back()
    {
        var first = _changes.Now;
        _changes.Begin();
        _changes.End();
        _changes.Flushed(_changes.Now);
        _changes.Flushed(first);
        Assert.False(_changes.AreThere);
    }
}
