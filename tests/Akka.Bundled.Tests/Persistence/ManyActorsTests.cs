using Akka.Actor;

namespace Akka.Bundled.Tests.Persistence;

public sealed class ManyActorsTests : PersistenceTest
{
    private const int Actors = 300;
    private const int Events = 40;

    [Fact]
    public void Actors_persist_and_recover_side_by_side_each_in_its_order()
    {
        var actors = Start();
        for (var number = 0; number < Events; number++)
        {
            var value = number;
            foreach (var actor in actors)
            {
                Do(actor, a => Persist(a, value));
            }
        }

        ExpectSums(actors);
        foreach (var actor in actors)
        {
            Sys.Stop(actor);
        }

        ExpectSums(Start());
    }

    private static void Persist(Subject actor, int value)
    {
        if (value % 3 == 0)
        {
            actor.PersistAsync(value, e => actor.State.Add(e));
        }
        else
        {
            actor.Persist(value, e => actor.State.Add(e));
        }
    }

    private IActorRef[] Start() => [.. Enumerable.Range(0, Actors).Select(index => Start($"many-{index}"))];

    private void ExpectSums(IActorRef[] actors)
    {
        var all = string.Join(",", Enumerable.Range(0, Events));
        foreach (var actor in actors)
        {
            Do(actor, a => a.Defer("all", _ => a.Note(string.Join(",", a.State.OfType<int>()))));
        }

        Assert.All(ReceiveN(Actors, TimeSpan.FromSeconds(60)), state => Assert.Equal(all, state));
    }
}
