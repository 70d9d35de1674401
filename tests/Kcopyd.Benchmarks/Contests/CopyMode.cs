namespace Kcopyd.Benchmarks.Contests;

/// <summary>What a copy promises and what it goes through.</summary>
internal enum CopyMode
{
    /// <summary>Through the page cache; done when written.</summary>
    Buffered,

    /// <summary>Through the page cache; done when durable.</summary>
    Flushed,

    /// <summary>Past the page cache.</summary>
    Direct,
}
