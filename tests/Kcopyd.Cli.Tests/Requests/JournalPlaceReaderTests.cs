using Kcopyd.Cli.Requests;
using Kcopyd.Tests.Shared;

namespace Kcopyd.Cli.Tests.Requests;

public sealed class JournalPlaceReaderTests : IDisposable
{
    private readonly TempDirectory _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public void The_default_is_in_the_state_directory()
    {
        Assert.Equal("/home/u/.local/state/kcopyd/journal.db", Read(null, ("HOME", "/home/u")).Target);
        var place = Read(null, ("HOME", "/home/u"), ("XDG_STATE_HOME", "/state"));
        Assert.Equal(("/state/kcopyd/journal.db", "/state/kcopyd/locks"), (place.Target, place.LockDirectory));
        Assert.Equal(
            "/home/u/.local/state/kcopyd/journal.db",
            Read(null, ("HOME", "/home/u"), ("XDG_STATE_HOME", "relative")).Target);
    }

    [Fact]
    public void The_option_comes_before_the_variable()
    {
        Assert.Equal("/b.db", Read("/b.db", ("KCOPYD_JOURNAL", "/a.db")).Target);
        Assert.Equal("/a.db", Read(null, ("KCOPYD_JOURNAL", "/a.db")).Target);
        Assert.Null(Read(null, ("KCOPYD_JOURNAL", "/a.db")).Given);
        Assert.True(Read(null, ("KCOPYD_JOURNAL", "/a.db")).IsNamed);
        Assert.False(Read(null, ("HOME", "/home/u")).IsNamed);
        Assert.Equal("/b.db", Read("/b.db").Given);
    }

    [Theory]
    [InlineData("Host=h;Database=d;Username=u", "the PostgreSQL database d on h", false)]
    [InlineData("Database=d;Server=h;Password=p", "the PostgreSQL database d on h", true)]
    [InlineData("postgresql://u:p%40ss@h:5433/d?sslmode=verify-full", "the PostgreSQL database d on h", true)]
    [InlineData("postgres://h", "the PostgreSQL database on h", false)]
    [InlineData("Host=h;Database=d;PWD=p", "the PostgreSQL database d on h", true)]
    [InlineData("postgresql://u@h/d?options=-c%20a=b", "the PostgreSQL database d on h", true)]
    [InlineData("Host=h;Database=d;user id=u;sslmode=verify-ca", "the PostgreSQL database d on h", false)]
    public void A_connection_string_and_a_uri_are_databases(string where, string name, bool hasSecret)
    {
        var place = Read(where, ("HOME", "/home/u"));

        Assert.True(place.IsPostgres);
        Assert.Equal(name, place.Name);
        Assert.Equal(hasSecret, place.MayHaveSecret);
        Assert.Equal("/home/u/.local/state/kcopyd/locks", place.LockDirectory);
    }

    [Fact]
    public void A_uri_is_put_into_the_words_of_the_driver() => Assert.Equal(
        "Host=h;Port=5433;Username=u;Password=p@ss;Database=d;SSL Mode=verifyfull",
        Read("postgresql://u:p%40ss@h:5433/d?sslmode=verify-full", ("HOME", "/h")).Target,
        ignoreCase: true);

    [Fact]
    public void The_words_of_other_programs_are_put_into_those_of_the_driver() => Assert.Equal(
        "Host=h;Timeout=5;Application Name=me;Channel Binding=require;Options=-c x=y;Root Certificate=/ca",
        Read(
            "postgresql://h?connect_timeout=5&application_name=me&channel_binding=require&options=-c%20x%3Dy"
            + "&sslrootcert=/ca",
            ("HOME", "/h")).Target.Replace("\"", string.Empty, StringComparison.Ordinal),
        ignoreCase: true);

    [Theory]
    [InlineData("postgresql://h/d?gssencmode=disable", "gssencmode")]
    [InlineData("Host=h;Nonsense=secret", "nonsense")]
    [InlineData("Host=h;Port=secret", "port")]
    [InlineData("Host=h;sslmode=secret", "sslmode")]
    [InlineData("Host=h;Minimum Pool Size=10;Maximum Pool Size=5", "connection string")]
    public void What_the_driver_does_not_take_is_refused_without_its_value(string where, string word)
    {
        var refusal = Assert.Throws<RefusedException>(() => Read(where, ("HOME", "/h")));

        Assert.Contains(word, refusal.Message, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("secret", refusal.Message, StringComparison.Ordinal);
    }

    [SkippableFact]
    public void All_names_of_a_file_lead_to_the_same_place()
    {
        Require.Linux();
        Directory.CreateDirectory(_files["real/state"]);
        Directory.CreateSymbolicLink(_files["link"], "real");
        File.CreateSymbolicLink(_files["journal"], "link/state/../state/journal.db");
        var real = Read(_files["real/state/journal.db"]);

        Assert.Equal(real.LockDirectory, Read(_files["link/state/journal.db"]).LockDirectory);
        Assert.Equal((real.Target, real.LockDirectory), Read(_files["journal"]) is var place
            ? (place.Target, place.LockDirectory)
            : default);
    }

    [Theory]
    [InlineData("/tmp/a=b.db")]
    [InlineData("/tmp/Host")]
    public void A_path_with_an_equals_sign_is_a_path(string where) => Assert.False(Read(where).IsPostgres);

    [Theory]
    [InlineData(" ")]
    [InlineData("postgresql://[")]
    [InlineData("Host=a;;=b")]
    public void What_is_no_place_is_refused(string where) =>
        Assert.Throws<RefusedException>(() => Read(where, ("HOME", "/h")));

    private static JournalPlace Read(string? given, params (string Name, string Value)[] variables) =>
        new JournalPlaceReader(name => variables.FirstOrDefault(variable => variable.Name == name).Value)
            .ReadPlace(given);
}
