namespace RoboPerception.Training.Data;

/// <summary>What to do about a picture whose files are missing or damaged.</summary>
internal enum DamagePolicy
{
    /// <summary>End with the picture named.</summary>
    Fail,

    /// <summary>Leave it out, count it, name it.</summary>
    Skip,
}
