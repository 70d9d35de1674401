using Kcopyd.Cli.Requests;

namespace Kcopyd.Cli.Tests.Requests;

public sealed class ControlPlaceTests
{
    [Fact]
    public void The_option_comes_before_everything()
    {
        Assert.Equal("/a/b", Place(isRoot: true).Socket("/a/b"));
        Assert.Equal(Path.GetFullPath("b"), Place(isRoot: false).Socket("b"));
        Assert.Throws<RefusedException>(() => Place(isRoot: true).Socket(" "));
    }

    [Fact]
    public void Root_has_one_place_whatever_session_it_is_in()
    {
        Assert.Equal("/run/kcopyd/control", Place(isRoot: true, ("XDG_RUNTIME_DIR", "/run/user/0")).Socket(null));
        Assert.Equal("/run/kcopyd/control", Place(isRoot: true).Socket(null));
    }

    [Fact]
    public void Others_have_theirs_in_the_session_or_beside_the_journal()
    {
        Assert.Equal(
            "/run/user/5/kcopyd/control", Place(isRoot: false, ("XDG_RUNTIME_DIR", "/run/user/5")).Socket(null));
        Assert.Equal(
            "/home/u/.local/state/kcopyd/serve/control", Place(isRoot: false, ("HOME", "/home/u")).Socket(null));
        Assert.Equal(
            "/state/kcopyd/serve/control",
            Place(isRoot: false, ("XDG_RUNTIME_DIR", "relative"), ("XDG_STATE_HOME", "/state")).Socket(null));
    }

    [Fact]
    public void What_is_kept_is_beside_the_journal() =>
        Assert.Equal("/state/kcopyd/serve", Place(isRoot: true, ("XDG_STATE_HOME", "/state")).State());

    private static ControlPlace Place(bool isRoot, params (string Name, string Value)[] variables) =>
        new(name => variables.FirstOrDefault(variable => variable.Name == name).Value, isRoot);
}
