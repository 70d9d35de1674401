using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Kcopyd.Tests.Shared;

namespace Kcopyd.Cli.Tests;

/// <summary>With a certificate, clients use TLS and know whom they talk to.</summary>
public sealed class ServeTlsProgramTests : IDisposable
{
    private readonly ServeBench _bench = new();
    private readonly string _disk;

    public ServeTlsProgramTests()
    {
        _disk = _bench.Files.File("disk", 1 << 20);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using var certificate = request.CreateSelfSigned(
            DateTimeOffset.UnixEpoch.AddYears(50), DateTimeOffset.UnixEpoch.AddYears(120));
        File.WriteAllText(Certificate, certificate.ExportCertificatePem());
        File.WriteAllText(Key, key.ExportPkcs8PrivateKeyPem());
    }

    public void Dispose() => _bench.Dispose();

    private string Certificate => _bench.Files["certificate.pem"];

    private string Key => _bench.Files["key.pem"];

    [SkippableFact]
    public async Task A_copy_through_tls_is_the_same_and_plain_clients_are_sent_away()
    {
        Require.Linux();
        using var running = _bench.Begin(
            "--export", $"disk={_disk}", "--no-journal", "--listen", "127.0.0.1:0",
            "--tls-certificate", Certificate, "--tls-key", Key);
        var uri = await running.NextOutputLineAsync();
        Assert.StartsWith("nbds://127.0.0.1:", uri, StringComparison.Ordinal);

        (await CopyAsync(uri, "copy", trusts: true)).IsDone();
        Assert.Equal(ServeBench.Served(_disk), File.ReadAllBytes(_bench.Files["copy"]));
        Assert.Equal(2, (await CopyAsync(uri, "other", trusts: false)).ExitCode);
        Assert.Equal(2, (await CopyAsync($"nbd{uri[4..]}", "other", trusts: true)).ExitCode);
        Assert.False(File.Exists(_bench.Files["other"]));
    }

    [SkippableFact]
    public async Task Plain_clients_are_served_where_tls_is_optional()
    {
        Require.Linux();
        File.AppendAllText(Certificate, $"\n{File.ReadAllText(Key)}");
        using var running = _bench.Begin(
            "--export", $"disk={_disk}", "--no-journal", "--listen", "127.0.0.1:0",
            "--tls-certificate", Certificate, "--tls-optional");
        var uri = await running.NextOutputLineAsync();

        (await CopyAsync($"nbd{uri[4..]}", "copy", trusts: false)).IsDone();
    }

    private Task<ProgramResult> CopyAsync(string uri, string target, bool trusts) => KcopydProgram.RunInShellAsync(
        $"{(trusts ? $"SSL_CERT_FILE={Certificate} " : string.Empty)}{KcopydProgram.Path} copy --no-journal {uri} "
        + $"{_bench.Files[target]}");
}
