namespace RoboPerception.Training.Data;

/// <summary>What to do about an image whose files are missing or damaged.</summary>
internal enum DamagePolicy
{
    /// <summary>End with the image named.</summary>
    Fail,

    /// <summary>Leave it out, count it, name it.</summary>
    Skip,
}
