using Akka.Bundled.Writer;

return args switch
{
    ["write", var provider, var connectionString, var streams] =>
        await WritingLoop.RunAsync(provider, connectionString, int.Parse(streams)),
    ["lock", var file] => LockHolder.Run(file),
    _ => 2,
};
