namespace Kcopyd.Actors.TestKit.Crashes;

/// <summary>When, in the course of one request, the power goes.</summary>
public enum CutMoment
{
    /// <summary>Before anything of it is done. Whoever asked gets no good answer.</summary>
    Before,

    /// <summary>After it is done and before its answer arrives. Whoever asked gets no good answer.</summary>
    Unanswered,

    /// <summary>After its good answer arrived.</summary>
    After,
}
