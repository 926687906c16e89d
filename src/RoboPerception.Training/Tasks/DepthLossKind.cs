namespace RoboPerception.Training.Tasks;

/// <summary>What depth is trained with, in metres or, where the head is logarithmic, in logarithms of metres.</summary>
internal enum DepthLossKind
{
    /// <summary>Mean absolute difference (MTAN, MTI-Net).</summary>
    Absolute,

    /// <summary>Absolute for small differences and quadratic for large ones: the inverse of Huber's (Laina et al., 3DV 2016, section 3.2).</summary>
    InverseHuber,

    /// <summary>Spread of the differences inside each image, with a part of their mean (Eigen, Puhrsch, Fergus, NIPS 2014, section 3.2). Logarithmic heads only.</summary>
    ScaleInvariant,
}
