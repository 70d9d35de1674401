using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Kcopyd.Nbd.Client;

/// <summary>Encrypts a connection, and makes sure who the server is.</summary>
internal static class TlsClient
{
    /// <exception cref="System.Security.Authentication.AuthenticationException">It is somebody else.</exception>
    public static async Task<SslStream> EncryptAsync(
        Stream stream, NbdUri uri, NbdClientOptions options, CancellationToken cancellationToken)
    {
        var encrypted = new SslStream(stream);
        try
        {
            await encrypted.AuthenticateAsClientAsync(
                new SslClientAuthenticationOptions
                {
                    TargetHost = uri.Host ?? "localhost",
                    CertificateChainPolicy = PolicyOf(options),
                },
                cancellationToken).ConfigureAwait(false);
            return encrypted;
        }
        catch
        {
            await encrypted.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private static X509ChainPolicy? PolicyOf(NbdClientOptions options)
    {
        if (options.TrustedCertificates is not { } path)
        {
            return null;
        }

        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
        };
        policy.CustomTrustStore.ImportFromPemFile(path);
        return policy;
    }
}
