using Kcopyd.Tests.Shared;

namespace Kcopyd.Cli.Tests;

/// <summary><c>kcopyd zero</c>.</summary>
public sealed class ZeroProgramTests : IDisposable
{
    private readonly TempDirectory _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public async Task Whole_files_become_zeros_and_keep_their_length()
    {
        string[] files = [_files.File("a", 100_001), _files.File("b", 100_002)];

        var result = await KcopydProgram.RunAsync("zero", files[0], files[1]);

        result.IsDone();
        Assert.Equal(new byte[100_001], File.ReadAllBytes(files[0]));
        Assert.Equal(new byte[100_002], File.ReadAllBytes(files[1]));
    }

    [Fact]
    public async Task A_range_becomes_zeros_and_the_rest_stays()
    {
        var file = _files.File("file", 10 * 512);
        var expected = File.ReadAllBytes(file);
        expected.AsSpan(2 * 512, 3 * 512).Clear();

        var result = await KcopydProgram.RunAsync("zero", file, "--sector", "2", "--count", "3", "--verify");

        result.IsDone();
        Assert.Equal(expected, File.ReadAllBytes(file));
    }

    [Fact]
    public async Task A_count_makes_a_new_file()
    {
        var result = await KcopydProgram.RunAsync("zero", _files["new"], "--count", "1M");

        result.IsDone();
        Assert.Equal(new byte[1 << 20], File.ReadAllBytes(_files["new"]));
    }

    [Fact]
    public async Task A_new_file_without_a_count_is_refused()
    {
        var result = await KcopydProgram.RunAsync("zero", _files["new"]);

        result.IsRefusal("new", "--count");
        Assert.False(File.Exists(_files["new"]));
    }

    [Fact]
    public async Task Targets_of_unequal_lengths_are_refused_without_a_count()
    {
        var one = _files.File("one", 1024);
        var other = _files.File("other", 4096);

        var result = await KcopydProgram.RunAsync("zero", one, other);

        result.IsRefusal("2 sectors", "8", "--count");
        Assert.Equal(TempDirectory.Bytes(1024, 1), File.ReadAllBytes(one));
    }
}
