using Akka.Actor;
using Kcopyd.Actors.Journaling;
using Kcopyd.Cli.Execution;
using Kcopyd.Cli.Reporting;
using Kcopyd.Cli.Requests;
using Kcopyd.Core;
using Kcopyd.Core.Copying;

namespace Kcopyd.Cli.Demonstration;

/// <summary>A run of demo: a copy is killed halfway and goes on.</summary>
/// <remarks>Everything that is shown is real: child processes of this program, a journal, a SIGKILL.</remarks>
internal sealed class DemoRun(Task<ActorSystem> engine)
{
    private const string Job = "demo";

    /// <summary>Four seconds for the image: long enough to be watched.</summary>
    private const string Rate = "64M";

    private const string ShowCursor = "\e[?25h";

    /// <summary>How often the journal is looked at while the copy runs.</summary>
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(50);

    /// <summary>Shows it.</summary>
    /// <returns>The exit code.</returns>
    /// <exception cref="RefusedException">There is no room for it.</exception>
    internal async Task<int> RunAsync()
    {
        using var interruption = new Interruption();
        using var files = DemoFiles.Create();
        try
        {
            return await ShowAsync(files, interruption.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (interruption.Token.IsCancellationRequested)
        {
            return interruption.ExitCode;
        }
    }

    private async Task<int> ShowAsync(DemoFiles files, CancellationToken cancellationToken)
    {
        Speech.Say($"An image of {DemoFiles.ImageSize}, with bytes that nobody can guess:");
        Speech.Say($"  {files.Image}");
        await files.FillImageAsync(cancellationToken).ConfigureAwait(false);
        var place = JournalPlaceReader.Read(files.Journal);
        var session = await JournalSession.OpenAsync(place, null, engine).ConfigureAwait(false);

        Speech.Say(string.Empty);
        Speech.Say($"$ kcopyd copy image first second --job {Job} --rate {Rate}");
        if (await CopyAndKillAsync(files, session.Journal, cancellationToken).ConfigureAwait(false) is not { } killed)
        {
            return Fail("the copy ended before it could be killed");
        }

        var safe = killed.Targets.Min(target => target.FlushedBytes);
        Speech.Say("The copying process was killed (SIGKILL). What its journal knows:");
        Speech.Say(string.Empty);
        Speech.Say("$ kcopyd jobs");
        await new JobsRun(new JobsRequest(place, false, false), engine).RunAsync().ConfigureAwait(false);
        Speech.Say($"$ kcopyd resume {Job}");
        using (var resumed = DemoChild.Start(files, "resume", Job))
        {
            if (await resumed.EndAsync().ConfigureAwait(false) != ExitCodes.Done)
            {
                return Fail("the copy could not go on");
            }
        }

        cancellationToken.ThrowIfCancellationRequested();
        return await CompareAsync(files, safe, cancellationToken).ConfigureAwait(false);
    }

    private static async Task<int> CompareAsync(DemoFiles files, long safe, CancellationToken cancellationToken)
    {
        foreach (var copy in (string[])[files.First, files.Second])
        {
            if (!await files.IsCopyAsync(copy, cancellationToken).ConfigureAwait(false))
            {
                return Fail($"{copy} is not the same as the image");
            }
        }

        Speech.Say(string.Empty);
        Speech.Say("Both copies were compared with the image: every byte is the same.");
        Speech.Say(
            $"The kill cost little: {SizeText.Format(safe)} of {DemoFiles.ImageSize} were safe on each target "
            + "and were not copied again.");
        return ExitCodes.Done;
    }

    /// <summary>Copies until the journal says that half is safe, and kills the process that copies.</summary>
    /// <returns>What the journal knows then; null if the copy was over first.</returns>
    private static async Task<JobSummary?> CopyAndKillAsync(
        DemoFiles files, KcopydJournal journal, CancellationToken cancellationToken)
    {
        using var child = DemoChild.Start(
            files,
            "copy",
            Path.GetFileName(files.Image),
            Path.GetFileName(files.First),
            Path.GetFileName(files.Second),
            "--job",
            Job,
            "--rate",
            Rate);
        using var timer = new PeriodicTimer(Look);
        while (!child.HasEnded && await timer.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false))
        {
            var job = await journal.FindAsync(new CopyJobId(Job), cancellationToken).ConfigureAwait(false);
            if (job is null || job.Targets.Min(target => target.FlushedBytes) < DemoFiles.ImageSize.Value / 2)
            {
                continue;
            }

            await child.KillAsync().ConfigureAwait(false);
            LeaveTerminal();
            return await journal.FindAsync(job.Id, cancellationToken).ConfigureAwait(false) is { IsOver: false } killed
                ? killed
                : null;
        }

        return null;
    }

    /// <summary>A process that is killed cannot leave the terminal as it was found.</summary>
    private static void LeaveTerminal()
    {
        if (!Console.IsErrorRedirected)
        {
            Console.Error.WriteLine(ShowCursor);
        }
    }

    private static int Fail(string sentence)
    {
        Speech.Complain($"the demonstration failed: {sentence}");
        return ExitCodes.EndedWithErrors;
    }
}
