using Kcopyd.Actors.Journaling;
using Kcopyd.Core.Copying;
using Kcopyd.Tests.Shared;

namespace Kcopyd.Actors.Tests.Journaling;

public sealed class JobLockTests : IDisposable
{
    private static readonly CopyJobId Job = new("nightly");

    private readonly TempDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void One_owner_at_a_time_and_the_others_learn_who_it_is()
    {
        using (Take())
        {
            Assert.Null(JobLock.TryAcquire(_directory.Path, Job, out var holder));
            Assert.Equal($"process {Environment.ProcessId} on {Environment.MachineName}", holder);
        }

        using var again = Take();
    }

    [Fact]
    public void Jobs_have_locks_of_their_own()
    {
        using var one = Take();
        using var other = JobLock.TryAcquire(_directory.Path, new CopyJobId("nightly.lock"), out _);
        Assert.NotNull(other);
    }

    [Fact]
    public void Asking_whether_it_is_held_does_not_take_it_and_makes_nothing()
    {
        var directory = _directory["not-there"];
        Assert.False(JobLock.IsHeld(directory, Job));
        Assert.False(Directory.Exists(directory));
        using (JobLock.TryAcquire(directory, Job, out _))
        {
            Assert.True(JobLock.IsHeld(directory, Job));
            Assert.True(JobLock.IsHeld(directory, Job));
        }

        Assert.False(JobLock.IsHeld(directory, Job));
    }

    [Fact]
    public void The_file_says_for_people_who_has_it()
    {
        using var taken = Take();
        Assert.Equal(JobLock.Self + "\n", File.ReadAllText(_directory["nightly.lock"]));
    }

    [Fact]
    public void Releasing_twice_releases_nobody_elses()
    {
        var first = Take();
        first.Dispose();
        using var second = Take();
        first.Dispose();
        Assert.True(JobLock.IsHeld(_directory.Path, Job));
    }

    [Fact]
    public async Task Another_process_that_has_it_is_named_and_its_death_gives_it_up()
    {
        var (other, answer) = await LockProcess.StartAsync(_directory.Path, Job.Value);
        using (other)
        {
            Assert.Equal("taken", answer);
            Assert.Null(JobLock.TryAcquire(_directory.Path, Job, out var holder));
            Assert.Equal(other.Holder, holder);
            Assert.True(JobLock.IsHeld(_directory.Path, Job));

            await other.KillAsync();

            Assert.False(JobLock.IsHeld(_directory.Path, Job));
            using var taken = Take();
            Assert.Equal(JobLock.Self + "\n", File.ReadAllText(_directory["nightly.lock"]));
        }
    }

    [Fact]
    public async Task Another_process_respects_the_lock_of_this_one()
    {
        using var taken = Take();
        var (other, answer) = await LockProcess.StartAsync(_directory.Path, Job.Value);
        other.Dispose();
        Assert.Equal(JobLock.Self, answer);
    }

    [Fact]
    public void Forgetting_removes_the_file_and_gives_the_lock_up()
    {
        Take().Forget();
        Assert.Empty(Directory.GetFiles(_directory.Path));
        using var taken = Take();
    }

    [Fact]
    public void A_locked_file_that_was_removed_is_known_to_have_no_name()
    {
        var path = _directory.File("file", 1);
        var file = FileLock.TryTake(path)!;
        Assert.True(FileLock.IsNamed(file));
        File.Delete(path);
        File.WriteAllText(path, "another");
        Assert.False(FileLock.IsNamed(file));
        FileLock.Release(file);
    }

    [Fact]
    public async Task However_takers_and_forgetters_interleave_there_is_one_owner()
    {
        var owners = 0;
        var most = 0;
        var taken = 0;
        await Task.WhenAll(Enumerable.Range(0, 4).Select(worker => Task.Run(() =>
        {
            var random = new Random(worker);
            for (var i = 0; i < 2_000; i++)
            {
                if (JobLock.TryAcquire(_directory.Path, Job, out _) is { } owned)
                {
                    Interlocked.Increment(ref taken);
                    InterlockedMax(ref most, Interlocked.Increment(ref owners));
                    Thread.Yield();
                    Interlocked.Decrement(ref owners);
                    Release(owned, random);
                }
            }
        })));
        Assert.Equal(1, most);
        Assert.InRange(taken, 1, 8_000);
        Assert.False(JobLock.IsHeld(_directory.Path, Job));
    }

    [Fact]
    public void Only_the_user_sees_into_a_directory_that_was_made()
    {
        const UnixFileMode User = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        using var taken = JobLock.TryAcquire(_directory["made/locks"], Job, out _);
        Assert.True(OperatingSystem.IsWindows() || File.GetUnixFileMode(_directory["made/locks"]) == User);
    }

    [SkippableFact]
    public void A_lock_file_that_cannot_be_written_is_not_left_locked()
    {
        Skip.IfNot(File.Exists("/dev/full"), "There is no /dev/full.");
        File.CreateSymbolicLink(_directory["nightly.lock"], "/dev/full");
        for (var i = 0; i < 2; i++)
        {
            var refused = Assert.Throws<JournalException>(() => JobLock.TryAcquire(_directory.Path, Job, out _));
            Assert.Contains("nightly.lock cannot be used", refused.Message, StringComparison.Ordinal);
        }
    }

    [SkippableFact]
    public void Locks_are_the_same_whatever_links_lead_to_them()
    {
        Skip.If(OperatingSystem.IsWindows(), "Links need a right there.");
        Directory.CreateDirectory(_directory["real/locks"]);
        Directory.CreateSymbolicLink(_directory["link"], _directory["real"]);
        var run = Golden.RunStarted with { LockId = JobLock.IdOf(_directory["real/locks"]) };

        Assert.True(JobLock.Covers(_directory["link/locks"], run));
        Assert.False(JobLock.Covers(_directory["real"], run));
        Assert.False(JobLock.Covers(null, run));
        Assert.False(JobLock.Covers(_directory["link/locks"], Golden.RunStarted));
        Assert.Equal("", JobLock.IdOf(null));
    }

    [Fact]
    public void A_directory_that_cannot_be_is_said_in_a_sentence()
    {
        var file = _directory.File("file", 1);
        var refused = Assert.Throws<JournalException>(() => JobLock.TryAcquire(file, Job, out _));
        Assert.Contains(file, refused.Message, StringComparison.Ordinal);
    }

    private static void Release(JobLock owned, Random random)
    {
        if (random.Next(2) == 0)
        {
            owned.Forget();
        }
        else
        {
            owned.Dispose();
        }
    }

    private static void InterlockedMax(ref int most, int value)
    {
        for (var seen = Volatile.Read(ref most);
            value > seen && Interlocked.CompareExchange(ref most, value, seen) != seen;
            seen = Volatile.Read(ref most))
        {
        }
    }

    private JobLock Take() =>
        JobLock.TryAcquire(_directory.Path, Job, out var holder)
        ?? throw new InvalidOperationException($"{holder} has the lock.");
}
