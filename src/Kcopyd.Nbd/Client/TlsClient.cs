using System.Net.Security;
using System.Runtime.CompilerServices;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Kcopyd.Devices;

namespace Kcopyd.Nbd.Client;

/// <summary>Encrypts a connection, and makes sure who the server is.</summary>
internal static class TlsClient
{
    /// <summary>Shakes hands.</summary>
    /// <exception cref="AuthenticationException">It is somebody else.</exception>
    /// <exception cref="IOException">It cannot encrypt as we do, or went.</exception>
    /// <exception cref="DeviceException">There are no certificates that we could trust.</exception>
    public static async Task<SslStream> EncryptAsync(
        Stream stream, NbdUri uri, NbdClientOptions options, CancellationToken cancellationToken)
    {
        var host = uri.Host ?? "localhost";
        var encrypted = new SslStream(stream);
        var objection = new StrongBox<string?>();
        try
        {
            await encrypted.AuthenticateAsClientAsync(
                new SslClientAuthenticationOptions
                {
                    TargetHost = host,
                    CertificateChainPolicy = PolicyOf(uri, options),
                    RemoteCertificateValidationCallback = (_, _, chain, errors) =>
                        (objection.Value = ObjectionTo(host, chain, errors)) is null,
                },
                cancellationToken).ConfigureAwait(false);
            return encrypted;
        }
        catch (Exception failure) when (failure is AuthenticationException or IOException)
        {
            await encrypted.DisposeAsync().ConfigureAwait(false);
            if (objection.Value is { } words)
            {
                throw new AuthenticationException($"the server is not who it should be: {words}", failure);
            }

            throw new IOException(
                $"the server agrees on no encryption: {(failure.InnerException ?? failure).Message}", failure);
        }
        catch
        {
            await encrypted.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>What is wrong with a server's certificate; null: nothing.</summary>
    private static string? ObjectionTo(string host, X509Chain? chain, SslPolicyErrors errors)
    {
        const X509ChainStatusFlags Strangers =
            X509ChainStatusFlags.UntrustedRoot | X509ChainStatusFlags.PartialChain;
        if (errors == SslPolicyErrors.None)
        {
            return null;
        }

        if (!errors.HasFlag(SslPolicyErrors.RemoteCertificateChainErrors))
        {
            return errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch)
                ? $"its certificate is not for {host}"
                : "it shows no certificate";
        }

        var wrong = chain?.ChainStatus.Aggregate(
            X509ChainStatusFlags.NoError, static (all, one) => all | one.Status) ?? Strangers;
        return (wrong & Strangers) != 0
            ? "its certificate is signed by nobody who is trusted"
            : $"its certificate is not valid ({wrong})";
    }

    private static X509ChainPolicy? PolicyOf(NbdUri uri, NbdClientOptions options)
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
        try
        {
            policy.CustomTrustStore.ImportFromPemFile(path);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw Untold(uri, failure switch
            {
                FileNotFoundException or DirectoryNotFoundException => DeviceErrorKind.NotFound,
                UnauthorizedAccessException => DeviceErrorKind.AccessDenied,
                _ => DeviceErrorKind.Io,
            }, $"the trusted certificates cannot be read: {failure.Message}", failure);
        }

        return policy.CustomTrustStore.Count > 0
            ? policy
            : throw Untold(uri, DeviceErrorKind.Io, $"there are no trusted certificates in '{path}'", cause: null);
    }

    private static DeviceException Untold(NbdUri uri, DeviceErrorKind kind, string reason, Exception? cause) =>
        new(uri.Text, DeviceOperation.Open, kind, reason, cause);
}
