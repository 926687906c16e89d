namespace RoboPerception.Training.Tasks;

/// <summary>Which of the two papers' losses normals are trained with.</summary>
public enum NormalsLossKind
{
    /// <summary>One minus the mean cosine (MTAN).</summary>
    Cosine,

    /// <summary>Mean absolute difference of the components of unit vectors (MTI-Net).</summary>
    Absolute,
}
