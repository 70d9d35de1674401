namespace Kcopyd.Core.Mirrors;

/// <summary>How errors become the one letter that a status line has for a leg.</summary>
public static class LegHealthLetters
{
    extension(LegHealth health)
    {
        /// <summary>The letter of a status line; <c>U</c> for a value that is none.</summary>
        public char Letter => health switch
        {
            LegHealth.Alive => 'A',
            LegHealth.Flush => 'F',
            LegHealth.Write => 'D',
            LegHealth.Sync => 'S',
            LegHealth.Read => 'R',
            _ => 'U',
        };

        /// <summary>The most severe of the errors: flush, then write, sync, read.</summary>
        public static LegHealth FromErrors(LegErrors errors) => errors switch
        {
            LegErrors.None => LegHealth.Alive,
            _ when errors.HasFlag(LegErrors.Flush) => LegHealth.Flush,
            _ when errors.HasFlag(LegErrors.Write) => LegHealth.Write,
            _ when errors.HasFlag(LegErrors.Sync) => LegHealth.Sync,
            _ when errors.HasFlag(LegErrors.Read) => LegHealth.Read,
            _ => LegHealth.Unknown,
        };
    }
}
