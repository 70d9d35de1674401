namespace Kcopyd.Nbd;

/// <summary>Tells those of something who asked to be told.</summary>
internal static class Listeners
{
    /// <summary>Tells one, whose failures are nobody else's.</summary>
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
