namespace Kcopyd.Devices;

/// <summary>Tells whether a name still leads to the file that was opened by it.</summary>
/// <param name="Path">The absolute path.</param>
/// <param name="Opened">What the file was when it was opened.</param>
/// <param name="Location">Where it lived then.</param>
internal sealed record LinuxVanishing(string Path, LinuxFileStatus Opened, LinuxLocation Location)
{
    /// <summary>Why it does not, or null when it does.</summary>
    internal string? Why()
    {
        var errno = LinuxFileStatus.TryRead(Path, out var found);
        if (found is null)
        {
            return errno is SystemErrors.NoEntry or SystemErrors.NotADirectory
                ? "there is nothing of this name any more: it was removed"
                : $"its name cannot be looked up: {SystemErrors.Text(errno)}";
        }

        if (!found.IsSameFileAs(Opened))
        {
            return "the name leads to something else now: it was replaced";
        }

        if (!Opened.IsBlockSpecial)
        {
            return null;
        }

        var now = LinuxLocation.Resolve(found);
        if (now.BackingMark != Location.BackingMark)
        {
            return now.BackingMark is null
                ? "the loop device was detached"
                : $"the loop device is backed by {now.BackingMark} now, not by {Location.BackingMark}";
        }

        return now.Sequence == Location.Sequence || Location.BackingMark is not null
            ? null
            : "another disk, or another medium, has this device number now";
    }
}
