namespace Kcopyd.Actors.TestKit.Crashes;

/// <summary>What a power cut takes something from.</summary>
internal interface IPowered
{
    /// <summary>Keeps what the seed lets survive. Called under <see cref="PowerSupply.Gate"/>.</summary>
    void LosePower(SeededRandom random);
}
