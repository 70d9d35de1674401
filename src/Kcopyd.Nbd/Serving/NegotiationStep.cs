namespace Kcopyd.Nbd.Serving;

/// <summary>What a connection does after an option was answered.</summary>
internal enum NegotiationStep
{
    /// <summary>Takes the next option.</summary>
    GoOn,

    /// <summary>Goes on encrypted.</summary>
    StartTls,

    /// <summary>Serves the export that was chosen.</summary>
    Serve,

    /// <summary>Ends.</summary>
    Close,
}
