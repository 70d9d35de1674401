using Kcopyd.Cli.Requests;

namespace Kcopyd.Cli.Tests.Requests;

public sealed class JournalPlaceReaderTests
{
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
        Assert.Equal("/b.db", Read("/b.db").Given);
    }

    [Theory]
    [InlineData("Host=h;Database=d;Username=u", "the PostgreSQL database d on h", false)]
    [InlineData("Database=d;Server=h;Password=p", "the PostgreSQL database d on h", true)]
    [InlineData("postgresql://u:p%40ss@h:5433/d?sslmode=verify-full", "the PostgreSQL database d on h", true)]
    [InlineData("postgres://h", "the PostgreSQL database on h", false)]
    public void A_connection_string_and_a_uri_are_databases(string where, string name, bool hasSecret)
    {
        var place = Read(where, ("HOME", "/home/u"));

        Assert.True(place.IsPostgres);
        Assert.Equal(name, place.Name);
        Assert.Equal(hasSecret, place.HasSecret);
        Assert.Equal("/home/u/.local/state/kcopyd/locks", place.LockDirectory);
    }

    [Fact]
    public void A_uri_is_put_into_the_words_of_the_driver() => Assert.Equal(
        "Host=h;Port=5433;Username=u;Password=p@ss;Database=d;SSL Mode=verifyfull",
        Read("postgresql://u:p%40ss@h:5433/d?sslmode=verify-full", ("HOME", "/h")).Target,
        ignoreCase: true);

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
