using Kcopyd.Core.Mirrors;

namespace Kcopyd.Actors.Mirrors;

/// <summary>Where a mirror keeps which regions all legs hold. Calls do not overlap.</summary>
internal interface IRegionLog : IAsyncDisposable
{
    /// <summary>As the status line has it. May be asked at any time, by any thread.</summary>
    MirrorLogStatus Status { get; }

    /// <summary>Reads what there is, and makes the log what the table says, durably: of this many regions, those
    /// that are new or whose state is not known out of sync.</summary>
    /// <returns>The regions that all legs hold. Where the log cannot be read, or not be written, and that is to be
    /// borne (<see cref="MirrorOptions.LogTrust"/>), none or what was read; <see cref="Status"/> says so.</returns>
    /// <exception cref="MirrorLogException">It is damaged, foreign, of a newer version, too small or cannot be read;
    /// nothing was written.</exception>
    Task<RegionBits> LoadAsync(CancellationToken cancellationToken);

    /// <summary>Clears and sets bits. With marks they are durable on return.</summary>
    /// <exception cref="MirrorLogException">The log failed; <see cref="Status"/> says how.</exception>
    Task CommitAsync(LogCommit changes);

    /// <summary>Writes all of it anew, durably, and forgets that it failed.</summary>
    /// <exception cref="MirrorLogException">The log failed.</exception>
    Task RewriteAsync(RegionBits clean);
}
