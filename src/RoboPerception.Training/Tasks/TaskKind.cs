namespace RoboPerception.Training.Tasks;

/// <summary>What a task asks about every pixel.</summary>
internal enum TaskKind
{
    /// <summary>One of several classes.</summary>
    Segmentation,

    /// <summary>Distance along the optical axis in metres.</summary>
    Depth,

    /// <summary>Unit surface normal in the camera frame.</summary>
    Normals,

    /// <summary>Whether the pixel lies on a boundary between objects.</summary>
    Edges,

    /// <summary>Whether the pixel belongs to what people look at first.</summary>
    Saliency,

    /// <summary>Which part of a person, or background.</summary>
    HumanParts,
}
