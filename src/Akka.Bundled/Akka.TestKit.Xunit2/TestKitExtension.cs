using Akka.Actor;

namespace Akka.TestKit;

/// <summary>Gives an actor system its <see cref="TestKitSettings"/>, and the kit's defaults where it has
/// none.</summary>
public class TestKitExtension : ExtensionIdProvider<TestKitSettings>
{
    private static readonly TestKitExtension Id = new();

    /// <summary>The settings of <paramref name="system"/>.</summary>
    public static TestKitSettings For(ActorSystem system) => Id.Apply(system);

    /// <inheritdoc />
    public override TestKitSettings CreateExtension(ExtendedActorSystem system)
    {
        ArgumentNullException.ThrowIfNull(system);
        // It reads and then sets: two at once, and the fallback of one is lost.
        lock (system.Settings)
        {
            system.Settings.InjectTopLevelFallback(TestKitBase.DefaultConfig);
        }

        return new TestKitSettings(system.Settings.Config);
    }
}
