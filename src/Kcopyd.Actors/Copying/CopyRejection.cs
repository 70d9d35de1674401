namespace Kcopyd.Actors.Copying;

/// <summary>Why a job was not taken. Nothing was read or written.</summary>
/// <param name="Kind">For decisions.</param>
/// <param name="Reason">One sentence with the numbers that conflict.</param>
public sealed record CopyRejection(CopyRejectionKind Kind, string Reason);
