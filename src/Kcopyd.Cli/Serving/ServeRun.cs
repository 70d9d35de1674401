using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Akka.Actor;
using Kcopyd.Actors.Copying;
using Kcopyd.Actors.Journaling;
using Kcopyd.Cli.Execution;
using Kcopyd.Cli.Reporting;
using Kcopyd.Cli.Requests;
using Kcopyd.Devices;
using Kcopyd.Nbd.Serving;

namespace Kcopyd.Cli.Serving;

/// <summary>Serves devices until it is told to end.</summary>
/// <remarks>SIGTERM and SIGINT end it: requests that were begun are done, and everything is left as it should be.
/// SIGHUP has it read its tables again.</remarks>
internal sealed class ServeRun(ServeRequest request, IBlockDeviceOpener opener, Task<ActorSystem> engine)
{
    /// <summary>Serves.</summary>
    /// <returns>The exit code.</returns>
    /// <exception cref="RefusedException">Nothing can be served.</exception>
    internal async Task<int> RunAsync()
    {
        using var interruption = new Interruption(hangUpToo: false);
        using var changes = new HangUps();
        var plan = ServeTables.Read(request);
        using var certificate = ReadCertificate();
        var session = await OpenJournalAsync().ConfigureAwait(false);
        var server = NewServer(certificate);
        await using (server.ConfigureAwait(false))
        {
            var exports = new ServeExports(server);
            var units = new ServedUnits(opener, new ServeEngine(engine, session, request.StateDirectory)
            {
                Say = Speech.Complain,
                Leaving = exports.Remove,
            });
            var state = new ServeState(server, units, exports, session);
            var control = ControlSocket.Listen(request.Control, state.TellAsync, Speech.Complain);
            await using (control.ConfigureAwait(false))
            {
                return await ServeAsync(plan, (units, exports), state, (interruption, changes)).ConfigureAwait(false);
            }
        }
    }

    private async Task<int> ServeAsync(
        ServePlan plan,
        (ServedUnits Units, ServeExports Exports) served,
        ServeState state,
        (Interruption End, HangUps Changes) signals)
    {
        try
        {
            await served.Units.FollowAsync(plan, signals.End.Token).ConfigureAwait(false);
            served.Exports.Follow(served.Units.Devices, plan);
            if (served.Units.Devices.IsEmpty)
            {
                Speech.Complain("nothing can be served");
                return ExitCodes.Refused;
            }

            Listen(state);
            var jobs = await StartJobsAsync(state.Journal).ConfigureAwait(false);
            try
            {
                await FollowAsync(served, signals).ConfigureAwait(false);
            }
            finally
            {
                if (jobs is not null)
                {
                    await jobs.DisposeAsync().ConfigureAwait(false);
                }
            }

            return ExitCodes.Done;
        }
        catch (OperationCanceledException) when (signals.End.Token.IsCancellationRequested)
        {
            return ExitCodes.Done;
        }
        finally
        {
            // Clients are gone before the devices are.
            await state.Server.DisposeAsync().ConfigureAwait(false);
            await served.Units.StopAsync().ConfigureAwait(false);
        }
    }

    private async Task FollowAsync(
        (ServedUnits Units, ServeExports Exports) served, (Interruption End, HangUps Changes) signals)
    {
        await foreach (var _ in signals.Changes.ReadAsync(signals.End.Token).ConfigureAwait(false))
        {
            if (request.Tables is null)
            {
                Speech.Complain("there is no file with tables to be read again");
                continue;
            }

            try
            {
                var plan = ServeTables.Read(request);
                foreach (var part in await served.Exports.RemoveAsync(plan.Parts).ConfigureAwait(false))
                {
                    Speech.Complain($"{part} is not exported any more: another device is made of it");
                }

                await served.Units.FollowAsync(plan, signals.End.Token).ConfigureAwait(false);
                served.Exports.Follow(served.Units.Devices, plan);
                Speech.Complain($"read {request.Tables} again: {Amount(served.Exports.Names.Count)} served");
            }
            catch (RefusedException wrong)
            {
                Speech.Complain($"{wrong.Message.TrimEnd('.')}; everything stays as it was");
            }
            catch (Exception failure) when (ServeFailures.IsOne(failure))
            {
                Speech.Complain($"not all of the tables could be followed: {ServeFailures.Sentence(failure)}");
            }
        }
    }

    private void Listen(ServeState state)
    {
        foreach (var endPoint in request.Listen)
        {
            try
            {
                state.Listening(state.Server.Listen(endPoint), request.Certificate is not null);
            }
            catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressNotAvailable
                && endPoint is UnixDomainSocketEndPoint)
            {
                throw new RefusedException($"{endPoint} cannot be listened at: its directory is not there");
            }
            catch (SocketException e)
            {
                throw new RefusedException($"{endPoint} cannot be listened at: {e.Message.TrimEnd('.')}");
            }
            catch (ArgumentException)
            {
                var protection = request.TlsOptional
                    ? "TLS without --tls-optional protects it"
                    : "--tls-certificate protects it";
                throw new RefusedException(
                    $"{endPoint} can be reached from other machines: {protection}, --allow-plain lets everybody read "
                    + "and write");
            }
        }

        foreach (var uri in state.Uris())
        {
            Speech.Say(uri);
        }
    }

    private async Task<JournalSession?> OpenJournalAsync()
    {
        if (request.Journal is not { } place)
        {
            return null;
        }

        var isNew = place.IsNamed && JournalFile.IsAbsent(place);
        var session = await JournalSession.OpenAsync(place, null, engine).ConfigureAwait(false);
        if (isNew)
        {
            Speech.Complain($"there was no journal {place.Name}: a new one is made, without jobs");
        }

        return session;
    }

    private NbdServer NewServer(X509Certificate2? certificate)
    {
        var defaults = new NbdServerOptions();
        return new NbdServer(defaults with
        {
            MaxConnections = request.MaxConnections ?? defaults.MaxConnections,
            IdleTimeout = request.IdleTimeout ?? defaults.IdleTimeout,
            Certificate = certificate,
            RequireTls = certificate is not null && !request.TlsOptional,
            AllowPlainRemote = request.AllowPlain,
        })
        {
            ConnectionFailed = new ConnectionComplaints(TimeProvider.System, Speech.Complain).Tell,
            RequestFailed = new RequestComplaints(TimeProvider.System, Speech.Complain).Tell,
        };
    }

    /// <summary>Jobs that nobody runs go on, in a journal that was named for this.</summary>
    /// <remarks>
    /// Decided: not those of the default journal. Because: they are the operator's own, stopped or failed for a reason,
    /// and would write over targets that clients of this server have written since. Instead of: every journal.
    /// </remarks>
    private async Task<KcopydClient?> StartJobsAsync(JournalSession? session)
    {
        if (session?.Place.Given is null)
        {
            return null;
        }

        try
        {
            foreach (var job in await session.Journal.ListAsync(CancellationToken.None).ConfigureAwait(false))
            {
                if (job is { IsOver: false, IsRunning: false })
                {
                    Speech.Complain($"the job {job.Id} goes on");
                }
            }
        }
        catch (JournalException damaged)
        {
            Speech.Complain(JournalSentence.Of(damaged));
        }

        return await KcopydClient.CreateAsync(
            await engine.ConfigureAwait(false),
            new KcopydClientOptions
            {
                Name = "serve",
                Journal = session.Options,
                Opener = opener,
                ResumeOnStart = true,
            }).ConfigureAwait(false);
    }

    private X509Certificate2? ReadCertificate()
    {
        if (request.Certificate is not { } path)
        {
            return null;
        }

        try
        {
            return request.Key is null && !File.ReadAllText(path).Contains("PRIVATE KEY", StringComparison.Ordinal)
                ? throw new RefusedException($"the certificate {path} has no key beside it: --tls-key names its file")
                : X509Certificate2.CreateFromPemFile(path, request.Key);
        }
        catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw new RefusedException($"the certificate {path} cannot be used: {e.Message.TrimEnd('.')}");
        }
    }

    private static string Amount(int exports) => exports == 1 ? "1 export is" : $"{exports} exports are";
}
