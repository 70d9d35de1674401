using System.Text.Json;
using Kcopyd.Tests.Shared;

namespace Kcopyd.Cli.Tests;

/// <summary>Runners of one job that share neither lock files nor locks of devices, as on two machines: the journal
/// alone tells which of them runs it.</summary>
public sealed class TwoMachinesProgramTests
{
    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Of_two_machines_that_resume_one_job_at_once_one_runs_it_to_the_end(bool isPostgres)
    {
        Require.LoopDevices();
        Require.Mounts();
        if (isPostgres)
        {
            Require.Postgres();
        }

        await using var server = isPostgres ? await PostgresServer.StartAsync() : null;
        using var machines = new TwoMachines(server is null ? null : await server.CreateDatabaseAsync());
        using (var killed = machines.StartHere("100ms"))
        {
            await JobBench.UntilJournaledAsync(killed);
            killed.Kill();
            await killed.EndAsync();
        }

        using var here = machines.ResumeHere("4M");
        using var there = machines.ResumeThere("4M");
        ProgramResult[] results = [await here.EndAsync(), await there.EndAsync()];

        var winner = Assert.Single(results, result => result.ExitCode == 0);
        using var json = JsonDocument.Parse(winner.Output);
        var target = json.RootElement.GetProperty("targets")[0];
        var kept = target.GetProperty("bytesKept").GetInt64();
        Assert.InRange(kept, JobBench.Journaled, TwoMachines.Length);
        Assert.Equal(TwoMachines.Length - kept, target.GetProperty("bytesWritten").GetInt64());
        IsBeaten(Assert.Single(results, result => result != winner));
        machines.IsCopied();
        Assert.Equal("completed", await machines.StateAsync());
    }

    [SkippableFact]
    public async Task A_runner_that_was_stopped_while_another_took_its_place_writes_no_more_than_was_in_flight()
    {
        Require.LoopDevices();
        Require.Mounts();
        using var machines = new TwoMachines();
        using var stopped = machines.StartHere("1s");
        await JobBench.UntilJournaledAsync(stopped);
        await UntilAppendedAsync(machines, stopped);
        stopped.Signal("STOP");

        // Longer than a lease: less than 7 of 8 MiB are left, and a second takes 1 MiB.
        using var there = machines.ResumeThere("1M");
        var result = await there.EndAsync();
        Assert.True(result.ExitCode == 0, $"{result}");
        machines.IsCopied();

        // Now the storage is somebody else's.
        var others = TempDirectory.Bytes(TwoMachines.Length, seed: 5);
        using (var disk = File.OpenHandle(machines.Disk, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
        {
            RandomAccess.Write(disk, others, 0);
        }

        stopped.Signal("CONT");
        var late = await stopped.EndAsync();

        IsBeaten(late);
        Assert.Contains("superseded", late.Output, StringComparison.Ordinal);
        var found = await File.ReadAllBytesAsync(machines.Disk);
        var overwritten = found.Zip(others).Count(pair => pair.First != pair.Second);
        Assert.InRange(overwritten, 0, TwoMachines.InFlightBytes);
        Assert.Equal("completed", await machines.StateAsync());
    }

    /// <summary>It wrote nothing, because its run was not journaled or it saw the other's; or it stopped when the
    /// journal had another's.</summary>
    private static void IsBeaten(ProgramResult loser)
    {
        var lines = loser.ErrorLines.Where(line => line.StartsWith("kcopyd: ", StringComparison.Ordinal));
        if (loser.ExitCode == 2)
        {
            Assert.Equal(string.Empty, loser.Output);
            Assert.Matches("another writer was first|is being run by process", Assert.Single(lines));
        }
        else
        {
            Assert.True(loser.ExitCode == 1, $"{loser}");
            Assert.Contains(lines, line => line.Contains("The job was given up: process", StringComparison.Ordinal));
        }
    }

    /// <summary>Waits until an append is over, so that the next one is most of an interval away: who is stopped within
    /// one has the journal's file locked.</summary>
    private static async Task UntilAppendedAsync(TwoMachines machines, RunningProgram running)
    {
        var number = machines.Record()!.CheckpointNumber;
        while (machines.Record()!.CheckpointNumber == number && !running.HasEnded)
        {
            await Task.Yield();
        }
    }
}
