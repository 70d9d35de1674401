namespace Kcopyd.House.Tests;

public sealed class LeftoverTests
{
    [Fact]
    public void Nothing_is_left_to_do_without_an_issue() =>
        Findings.None(Repository.Code.SelectMany(LeftoverRules.Comments));

    [Fact]
    public void Nothing_is_left_unimplemented() =>
        Findings.None(Repository.Code.SelectMany(LeftoverRules.NotImplemented));

    [Fact]
    public void Tests_wait_on_no_clock() =>
        Findings.None(Repository.CodeUnder("tests").SelectMany(LeftoverRules.Sleeps));

    [Fact]
    public void Handlers_of_actors_never_await() =>
        Findings.None(Repository.Code.SelectMany(LeftoverRules.AwaitingActors));

    [Fact]
    public void No_file_names_a_place_on_a_machine() =>
        Findings.None(Repository.Files
            .Select(path => (Path: path, Text: Repository.Text(path)))
            .Where(file => !file.Text.Contains('\0', StringComparison.Ordinal))
            .SelectMany(file => LeftoverRules.MachinePaths(file.Path, file.Text)));

    [Theory]
    [InlineData("// TODO: later", 1)]
    [InlineData("/* FIXME */", 1)]
    [InlineData("/// <summary>HACK</summary>\nclass A;", 1)]
    [InlineData("// TODO #12: later", 0)]
    [InlineData("// TODO(#12): later", 0)]
    [InlineData("class A { string B = \"TODO\"; } // a todo list", 0)]
    public void Marks_are_found_in_comments(string text, int findings) =>
        Assert.Equal(findings, LeftoverRules.Comments(File(text)).Count());

    [Theory]
    [InlineData("System.Threading.Thread.Sleep(1);", 1)]
    [InlineData("await Task.Delay(1);", 1)]
    [InlineData("scheduler.Delay(1); // Task.Delay(1)", 0)]
    public void Sleeps_are_found(string body, int findings) =>
        Assert.Equal(findings, LeftoverRules.Sleeps(Body(body)).Count());

    [Theory]
    [InlineData("ReceiveAsync<int>(M);", 1)]
    [InlineData("this.CommandAsync<int>(M);", 1)]
    [InlineData("ActorTaskScheduler.RunTask(M);", 1)]
    [InlineData("await socket.ReceiveAsync(buffer);", 0)]
    [InlineData("Receive<int>(M);", 0)]
    public void Awaiting_handlers_are_found(string body, int findings) =>
        Assert.Equal(findings, LeftoverRules.AwaitingActors(Body(body)).Count());

    [Fact]
    public void Unimplemented_code_is_found() =>
        Assert.Single(LeftoverRules.NotImplemented(Body("throw new System.NotImplementedException();")));

    [Theory]
    [InlineData("work", 1)]
    [InlineData("root", 1)]
    [InlineData("home", 0)]
    public void Machine_paths_are_found(string folder, int findings)
    {
        Assert.Equal(findings, LeftoverRules.MachinePaths("a.md", $"see /{folder}/a").Count());
        Assert.Empty(LeftoverRules.MachinePaths("a.md", $"see tests/{folder}/a and ./{folder}/a"));
    }

    private static CSharpFile File(string text) => CSharpFile.Parse("tests/A.cs", text);

    private static CSharpFile Body(string body) => File($"class A {{ async void M() {{ {body} }} }}");
}
