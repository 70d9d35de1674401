namespace Kcopyd.Nbd;

/// <summary>Tells listeners, who may fail.</summary>
internal static class Listeners
{
    /// <summary>Tells one, and returns when it has heard; that it failed matters to nobody else.</summary>
    /// <param name="listener">Null: nobody asked.</param>
    /// <param name="news">What it is told.</param>
    public static void Tell<T>(Action<T>? listener, T news)
    {
        try
        {
            listener?.Invoke(news);
        }
#pragma warning disable CA1031 // who cannot even listen has no more to say
        catch (Exception)
#pragma warning restore CA1031
        {
        }
    }
}
