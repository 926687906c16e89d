namespace RoboPerception.Training.Tasks;

/// <summary>What normals are trained with: the losses of the two papers, and one closer to the metric.</summary>
internal enum NormalsLossKind
{
    /// <summary>One minus the mean cosine (MTAN).</summary>
    Cosine,

    /// <summary>Mean absolute difference of the components of unit vectors (MTI-Net).</summary>
    Absolute,

    /// <summary>Mean distance between the tips of unit vectors: nearly the angle itself, which the tables measure.</summary>
    Chord,
}
